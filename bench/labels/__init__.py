"""How well texts are labelled: precision, recall and F1 per label against labels that people gave."""
