<?php
/**
 * Plugin Name: Tin Tỉnh
 * Description: Báo cho Tin Tỉnh ngay khi một bài được đăng, sửa, đính chính hay gỡ. Không làm chậm việc lưu bài; Tin Tỉnh vắng mặt thì bài xếp hàng chờ.
 * Version: 1.0.0
 * Requires at least: 5.6
 * Requires PHP: 7.2
 * License: MIT
 * Text Domain: tin-tinh
 *
 * Wiring: which events mark an article, and the cron event that sends. The rules stand in tintinh-core.php.
 */

namespace TinTinh\WordPress;

use TinTinh\Door;
use TinTinh\NoAnswer;
use TinTinh\Outbox;
use TinTinh\Table;

if (!defined('ABSPATH')) {
    exit;
}

require_once __DIR__ . '/tintinh-core.php';
require_once __DIR__ . '/article.php';

const TABLE_VERSION = '1';
const WORK = 'tintinh_work';
const CALL_SECONDS = 10; // of one call, in cron; no call is made while an editor waits
const WORK_SECONDS = 20; // of one cron run

/** The queue's table over WordPress's own database object. */
final class WpTable implements Table
{
    public function rows(string $sql, array $values): array
    {
        return $GLOBALS['wpdb']->get_results($this->prepared($sql, $values), ARRAY_A) ?: [];
    }

    public function run(string $sql, array $values): int
    {
        return (int) $GLOBALS['wpdb']->query($this->prepared($sql, $values));
    }

    public function ensure(string $article)
    {
        $this->run("INSERT IGNORE INTO {tintinh} (article, body) VALUES (?, '')", [$article]);
    }

    private function prepared(string $sql, array $values): string
    {
        global $wpdb;
        $sql = str_replace(['{tintinh}', '?'], [$wpdb->prefix . 'tintinh', '%s'], $sql);
        return $values ? $wpdb->prepare($sql, $values) : $sql;
    }
}

/** Return a setting: a constant of wp-config.php (TINTINH_SITE, …_SOURCE, …_KEY) goes before the options page. */
function setting(string $name): string
{
    $constant = 'TINTINH_' . strtoupper($name);
    return trim((string) (defined($constant) ? constant($constant) : get_option("tintinh_$name", '')));
}

/** Return where to send; throws TinTinh\BadMessage when the settings are not complete. */
function door(): Door
{
    return new Door(setting('site'), setting('source'), setting('key'));
}

function outbox(): Outbox
{
    return new Outbox(new WpTable(), __NAMESPACE__ . '\\read', __NAMESPACE__ . '\\post', 'time');
}

/** Post over WordPress's HTTP API, so that its proxy settings hold. */
function post(string $url, array $headers, string $body): array
{
    $answer = wp_remote_post($url, [
        'timeout' => CALL_SECONDS,
        'redirection' => 0,
        'headers' => $headers,
        'body' => $body,
        'user-agent' => 'TinTinh-WordPress/1.0',
    ]);
    if (is_wp_error($answer)) {
        throw new NoAnswer($answer->get_error_message());
    }
    return [
        (int) wp_remote_retrieve_response_code($answer),
        (string) wp_remote_retrieve_header($answer, 'retry-after'),
        (string) wp_remote_retrieve_body($answer),
    ];
}

/** Mark a post whose public face may have changed, and wake the sender behind this request. */
function changed(int $post_id)
{
    $post = get_post($post_id);
    $type = $post ? $post->post_type : '';
    if ($type === 'revision' || $type !== '' && !in_array($type, types(), true)) {
        return;
    }
    $outbox = outbox();
    $article = article_id($post_id);
    // Drafts leave no trace here: only what is public, or was told of before.
    if (($post && is_public($post)) || $outbox->row($article) !== null) {
        $outbox->mark($article);
        wake();
    }
}

/** Have the sender run at once, in a request of its own: the editor does not wait for it. */
function wake()
{
    // An argument of its own: WordPress drops a second single event with the same arguments within ten minutes.
    wp_schedule_single_event(time(), WORK, [uniqid()]);
    if (!has_action('shutdown', 'spawn_cron') && !wp_doing_cron() && !(defined('DISABLE_WP_CRON') && DISABLE_WP_CRON)) {
        add_action('shutdown', 'spawn_cron');
    }
}

/** Send what is due. Cron calls this every minute, and after a save. */
function work()
{
    try {
        outbox()->work(door(), WORK_SECONDS);
    } catch (\TinTinh\BadMessage $error) {
        $new = setting('site') . setting('source') . setting('key') === '';
        $told = $new ? 'chưa nhập địa chỉ, mã nguồn tin và khoá.' : $error->getMessage();
        update_option('tintinh_problem', $told, false);
        return;
    }
    delete_option('tintinh_problem');
}

/** Make the table where it is missing, also on each site of a network and after an update. */
function install()
{
    if (get_option('tintinh_table') !== TABLE_VERSION) {
        global $wpdb;
        $wpdb->query(\TinTinh\columns($wpdb->prefix . 'tintinh') . ' ' . $wpdb->get_charset_collate());
        update_option('tintinh_table', TABLE_VERSION);
    }
    if (!wp_next_scheduled(WORK)) {
        wp_schedule_event(time(), 'tintinh_minute', WORK);
    }
}

add_filter('cron_schedules', function ($schedules) {
    return $schedules + ['tintinh_minute' => ['interval' => 60, 'display' => 'Tin Tỉnh: mỗi phút']];
});
add_action('init', __NAMESPACE__ . '\\install');
add_action(WORK, __NAMESPACE__ . '\\work');

// Fires after terms and meta are stored, in the block editor too, and when a scheduled post comes out.
add_action('wp_after_insert_post', __NAMESPACE__ . '\\changed');
add_action('deleted_post', __NAMESPACE__ . '\\changed');
// The classic editor sets the picture in a request that saves no post.
foreach (['added_post_meta', 'updated_post_meta', 'deleted_post_meta'] as $event) {
    add_action($event, function ($meta_id, $post_id, $name) {
        if ($name === '_thumbnail_id') {
            changed((int) $post_id);
        }
    }, 10, 3);
}
register_deactivation_hook(__FILE__, function () {
    wp_unschedule_hook(WORK);
});

if (is_admin()) {
    require_once __DIR__ . '/admin.php';
}
