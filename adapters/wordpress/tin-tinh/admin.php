<?php
/**
 * What editors and administrators see: the settings page, a column of the posts' list, a notice, the correction box.
 *
 * The key is written, never shown. Every action checks the right and a nonce.
 */

namespace TinTinh\WordPress;

use TinTinh\BadMessage;
use TinTinh\NoAnswer;

if (!defined('ABSPATH')) {
    exit;
}

const PAGE = 'tin-tinh';

add_action('admin_menu', function () {
    add_options_page('Tin Tỉnh', 'Tin Tỉnh', 'manage_options', PAGE, __NAMESPACE__ . '\\settings_page');
});

add_action('admin_init', function () {
    register_setting(PAGE, 'tintinh_site', ['sanitize_callback' => 'esc_url_raw']);
    register_setting(PAGE, 'tintinh_source', ['sanitize_callback' => 'sanitize_text_field']);
    register_setting(PAGE, 'tintinh_key', ['sanitize_callback' => function ($given) {
        $given = trim((string) $given);
        return $given === '' ? get_option('tintinh_key', '') : $given; // an empty field keeps the key
    }]);
    register_setting(PAGE, 'tintinh_types', ['sanitize_callback' => function ($given) {
        return array_values(array_intersect((array) $given, get_post_types(['public' => true])));
    }]);
    foreach (types() as $type) {
        add_filter("manage_{$type}_posts_columns", function ($columns) {
            return $columns + ['tintinh' => 'Tin Tỉnh'];
        });
        add_action("manage_{$type}_posts_custom_column", __NAMESPACE__ . '\\column', 10, 2);
    }
});

// New settings may be what stuck articles waited for; the next run says anew what is wrong.
foreach (['site', 'source', 'key'] as $name) {
    add_action("update_option_tintinh_$name", function () {
        delete_option('tintinh_problem');
        outbox()->release();
        wake();
    });
}

function settings_page()
{
    list($waiting, $stuck) = outbox()->counts();
    ?>
    <div class="wrap">
      <h1>Tin Tỉnh</h1>
      <?php said(); ?>
      <form method="post" action="options.php">
        <?php settings_fields(PAGE); ?>
        <table class="form-table" role="presentation">
          <?php
          row('site', 'Địa chỉ Tin Tỉnh', 'url', setting('site'), 'https://…');
          row('source', 'Mã nguồn tin', 'text', setting('source'), 'bao-dong-khoi');
          row('key', 'Khoá', 'password', '', setting('key') === '' ? 'whsec_…' : 'Đã có khoá; để trống là giữ nguyên');
          ?>
          <tr><th scope="row">Loại bài được gửi</th><td>
            <?php foreach (array_diff_key(get_post_types(['public' => true], 'objects'), ['attachment' => 0]) as $type) : ?>
              <label><input type="checkbox" name="tintinh_types[]" value="<?php echo esc_attr($type->name); ?>"
                <?php checked(in_array($type->name, types(), true)); ?>> <?php echo esc_html($type->label); ?></label><br>
            <?php endforeach; ?>
          </td></tr>
        </table>
        <?php submit_button('Lưu'); ?>
      </form>
      <h2>Hàng chờ</h2>
      <p><?php echo esc_html("$waiting bài chờ gửi, $stuck bài kẹt."); ?></p>
      <?php
      stuck_table();
      echo '<br>';
      button('try', 'Thử kết nối');
      button('again', 'Gửi lại bài kẹt');
      button('week', 'Gửi các bài đăng trong 7 ngày qua');
      ?>
    </div>
    <?php
}

function row(string $name, string $label, string $kind, string $value, string $hint)
{
    $fixed = defined('TINTINH_' . strtoupper($name));
    printf(
        '<tr><th scope="row"><label for="tintinh_%1$s">%2$s</label></th><td><input class="regular-text" id="tintinh_%1$s"
          name="tintinh_%1$s" type="%3$s" value="%4$s" placeholder="%5$s" autocomplete="off" %6$s></td></tr>',
        esc_attr($name),
        esc_html($label),
        esc_attr($kind),
        esc_attr($value),
        esc_attr($fixed ? 'Đặt trong wp-config.php' : $hint),
        $fixed ? 'disabled' : ''
    );
}

function stuck_table()
{
    $rows = outbox()->stuck(20);
    if (!$rows) {
        return;
    }
    echo '<table class="widefat striped"><thead><tr><th>Bài</th><th>Việc</th><th>Tin Tỉnh trả lời</th></tr></thead><tbody>';
    foreach ($rows as $row) {
        $parts = explode('-', $row['article']);
        $post = get_post((int) end($parts));
        $title = $post ? get_the_title($post) : 'Bài đã xoá';
        printf(
            '<tr><td>%s (%s)</td><td>%s</td><td>%s</td></tr>',
            esc_html(plain($title)),
            esc_html($row['article']),
            esc_html($row['event']),
            esc_html($row['answer'])
        );
    }
    echo '</tbody></table>';
}

function button(string $action, string $label)
{
    printf('<form method="post" action="%s" style="display:inline">', esc_url(admin_url('admin-post.php')));
    printf('<input type="hidden" name="action" value="tintinh_%s">', esc_attr($action));
    wp_nonce_field("tintinh_$action");
    submit_button($label, 'secondary', 'submit', false);
    echo '</form> ';
}

foreach (['try', 'again', 'week'] as $action) {
    add_action("admin_post_tintinh_$action", function () use ($action) {
        if (!current_user_can('manage_options')) {
            wp_die('Bạn không có quyền làm việc này.', 403);
        }
        check_admin_referer("tintinh_$action");
        $told = call_user_func(__NAMESPACE__ . "\\do_$action");
        set_transient('tintinh_said_' . get_current_user_id(), $told, 60);
        wp_safe_redirect(admin_url('options-general.php?page=' . PAGE));
        exit;
    });
}

/** Send a made-up article with dry_run: everything is checked, nothing is stored. */
function do_try(): string
{
    $body = '{"event": "article.published", "article": {"id": "thu", "title": "Thử kết nối"}}';
    try {
        $door = door();
        list($status, , $told) = post("$door->url?dry_run=1", $door->headers(bin2hex(random_bytes(16)), time(), $body), $body);
    } catch (BadMessage | NoAnswer $error) {
        return $error->getMessage();
    }
    return $status === 200 ? 'Kết nối tốt: Tin Tỉnh nhận chữ ký này.' : \TinTinh\Answer::read($status, '', $told)->words;
}

function do_again(): string
{
    outbox()->release();
    wake();
    return 'Các bài kẹt sẽ được gửi lại trong chốc lát.';
}

function do_week(): string
{
    $found = get_posts([
        'post_type' => types(), 'post_status' => 'publish', 'numberposts' => 500, 'fields' => 'ids',
        'date_query' => [['after' => '7 days ago']],
    ]);
    foreach ($found as $post_id) {
        changed((int) $post_id);
    }
    return count($found) . ' bài đã xếp hàng; bài Tin Tỉnh đã có thì không gửi lại.';
}

function said()
{
    $name = 'tintinh_said_' . get_current_user_id();
    $told = get_transient($name);
    if ($told) {
        delete_transient($name);
        printf('<div class="notice notice-info"><p>%s</p></div>', esc_html($told));
    }
}

function column(string $name, int $post_id)
{
    $row = $name === 'tintinh' ? outbox()->row(article_id($post_id)) : null;
    if ($row) {
        printf('<span title="%s">%s</span>', esc_attr($row['answer']), esc_html(state($row)));
    }
}

function state(array $row): string
{
    if ($row['dirty'] || $row['state'] === 'waiting') {
        return $row['tries'] > 0 ? "Chờ gửi, đã thử {$row['tries']} lần" : 'Chờ gửi';
    }
    if ($row['state'] === 'stuck') {
        return 'Kẹt: ' . $row['answer'];
    }
    return $row['told'] === 'withdrawn' ? 'Đã gỡ' : 'Đã gửi';
}

add_action('admin_notices', function () {
    if (!current_user_can('edit_others_posts')) {
        return;
    }
    $problem = (string) get_option('tintinh_problem', '');
    list(, $stuck) = outbox()->counts();
    $told = $problem !== '' ? $problem : ($stuck > 0 ? "$stuck bài chưa gửi được, cần người xem." : '');
    if ($told !== '') {
        printf(
            '<div class="notice notice-error"><p>Tin Tỉnh: %s <a href="%s">Xem</a></p></div>',
            esc_html($told),
            esc_url(admin_url('options-general.php?page=' . PAGE))
        );
    }
});

add_action('add_meta_boxes', function () {
    add_meta_box('tintinh', 'Tin Tỉnh: đính chính', function ($post) {
        wp_nonce_field('tintinh_correction', 'tintinh_correction_nonce');
        printf(
            '<p><label>Lời đính chính (để trống nếu chỉ là sửa thường)<br>
              <textarea name="tintinh_correction" rows="3" maxlength="1000" style="width:100%%">%s</textarea></label></p>',
            esc_textarea((string) get_post_meta($post->ID, CORRECTION, true))
        );
    }, types(), 'side');
});

add_action('save_post', function ($post_id) {
    $nonce = isset($_POST['tintinh_correction_nonce']) ? sanitize_key($_POST['tintinh_correction_nonce']) : '';
    if (wp_verify_nonce($nonce, 'tintinh_correction') && current_user_can('edit_post', $post_id)) {
        $told = sanitize_textarea_field(wp_unslash($_POST['tintinh_correction'] ?? ''));
        $told === '' ? delete_post_meta($post_id, CORRECTION) : update_post_meta($post_id, CORRECTION, $told);
    }
});
