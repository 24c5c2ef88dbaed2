"""FINDS: stories in Meilisearch, for people who look for them."""
