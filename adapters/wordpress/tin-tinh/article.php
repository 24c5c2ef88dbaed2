<?php
/**
 * A WordPress post as the article of docs/webhooks.md.
 *
 * Only what the public sees: published, without a password. A filter, `tintinh_article` (array or null, WP_Post),
 * lets a newsroom change every field, or hold a post back by returning null.
 */

namespace TinTinh\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

const CORRECTION = '_tintinh_correction';

/** Return the post types that are told. */
function types(): array
{
    return (array) apply_filters('tintinh_post_types', (array) get_option('tintinh_types', ['post']));
}

/** Return the name of a post at Tin Tỉnh: its number, behind its site's in a network. */
function article_id(int $post_id): string
{
    return is_multisite() ? get_current_blog_id() . '-' . $post_id : (string) $post_id;
}

function is_public(\WP_Post $post): bool
{
    return $post->post_status === 'publish' && $post->post_password === '' && in_array($post->post_type, types(), true);
}

/** Read an article by its name; null when the public may not see it (any more). */
function read(string $article)
{
    $parts = explode('-', $article);
    $post_id = (int) end($parts);
    clean_post_cache($post_id); // a long cron run must not tell yesterday's state
    $post = get_post($post_id);
    if (!$post || !is_public($post)) {
        return null;
    }
    return apply_filters('tintinh_article', fields($post, $article), $post);
}

function fields(\WP_Post $post, string $article): array
{
    $picture = get_post_thumbnail_id($post);
    return array_filter([
        'id' => $article,
        'url' => get_permalink($post),
        'canonical_url' => (string) wp_get_canonical_url($post),
        'title' => plain(get_the_title($post)),
        'summary' => plain(get_the_excerpt($post)),
        'content_html' => content($post),
        'published_at' => get_post_datetime($post, 'date', 'gmt')->format('c'),
        'authors' => array_filter([plain(get_the_author_meta('display_name', $post->post_author))]),
        'categories' => categories($post),
        'images' => $picture ? [[
            'url' => (string) wp_get_attachment_url($picture),
            'title' => plain((string) wp_get_attachment_caption($picture)),
        ]] : [],
        'language' => get_bloginfo('language'),
        'note' => plain((string) get_post_meta($post->ID, CORRECTION, true)),
    ]);
}

/** Return the text as the theme shows it: blocks and shortcodes made into HTML. */
function content(\WP_Post $post): string
{
    $before = $GLOBALS['post'] ?? null;
    $GLOBALS['post'] = $post;
    setup_postdata($post);
    $html = apply_filters('the_content', $post->post_content);
    $GLOBALS['post'] = $before;
    $before ? setup_postdata($before) : wp_reset_postdata();
    return (string) $html;
}

function categories(\WP_Post $post): array
{
    $terms = get_the_terms($post, 'category');
    return is_array($terms) ? array_map(__NAMESPACE__ . '\\plain', array_slice(wp_list_pluck($terms, 'name'), 0, 50)) : [];
}

function plain(string $html): string
{
    return trim(html_entity_decode(wp_strip_all_tags($html), ENT_QUOTES | ENT_HTML5, 'UTF-8'));
}
