<?php
/**
 * The automatic task that tells Tin Tỉnh: finds articles that changed, then sends what waits.
 *
 * NukeViet's news module calls no hook when an article is saved (4.x), so the task compares: what is public in the
 * news tables against what Tin Tỉnh was told. That sees every way in and out: the form, bulk actions, scheduled
 * articles, deletion, a locked category, an import. It costs the editor nothing.
 */

if (!defined('NV_MAINFILE') || !defined('NV_IS_CRON')) {
    exit('Stop!!!');
}

require_once NV_ROOTDIR . '/includes/tintinh/newsroom.php';

/** Run one look and one round of sending. Always true: NukeViet switches a task off that returns false. */
function cron_tintinh()
{
    global $db, $db_config;
    $config = require NV_ROOTDIR . '/includes/tintinh/config.php';
    $table = new TinTinh\PdoTable($db, $db_config['prefix'] . '_tintinh');
    $newsroom = new TinTinh\Newsroom($db, $db_config['prefix'], $config, NV_CURRENTTIME);
    $outbox = new TinTinh\Outbox($table, [$newsroom, 'read'], TinTinh\curl_post(10), 'time');
    $told = '';
    try {
        $table->create();
        $newsroom->look($table, $outbox);
        $outbox->work(new TinTinh\Door($config['site'], $config['source'], $config['key']), 20);
    } catch (TinTinh\BadMessage $error) {
        $told = $error->getMessage();
    } catch (PDOException $error) {
        $told = 'Cơ sở dữ liệu: ' . $error->getMessage();
        trigger_error($told, E_USER_WARNING);
        $outbox = null;
    }
    file_put_contents(NV_ROOTDIR . '/' . NV_LOGS_DIR . '/tintinh.log', TinTinh\report($outbox, $told, NV_CURRENTTIME));
    return true;
}
