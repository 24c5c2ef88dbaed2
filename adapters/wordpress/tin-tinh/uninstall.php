<?php
/** Leave nothing behind: table and options, the key among them. */

if (!defined('WP_UNINSTALL_PLUGIN')) {
    exit;
}

$GLOBALS['wpdb']->query("DROP TABLE IF EXISTS {$GLOBALS['wpdb']->prefix}tintinh");
foreach (['site', 'source', 'key', 'types', 'table', 'problem'] as $name) {
    delete_option("tintinh_$name");
}
delete_post_meta_by_key('_tintinh_correction');
