<?php
/**
 * The adapters' queue under test: a newsroom in one SQLite file, driven by commands on standard input, one a line.
 *
 * {"do": "article", "id", "fields" (null: not public)} | {"do": "mark", "id"} | {"do": "work"} | {"do": "release"}
 * | {"do": "row", "id"} | {"do": "clock", "seconds"}; answers one JSON line each.
 */

require $argv[1];

$pdo = new PDO("sqlite:$argv[2]", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$table = new TinTinh\PdoTable($pdo, 'wp_tintinh');
$table->create();
$articles = [];
$off = 0;
$read = function (string $id) use (&$articles) {
    return $articles[$id] ?? null;
};
$clock = function () use (&$off) {
    return time() + $off;
};
$outbox = new TinTinh\Outbox($table, $read, TinTinh\curl_post(5), $clock);

while (($line = fgets(STDIN)) !== false) {
    $said = json_decode($line, true);
    $answer = null;
    switch ($said['do']) {
        case 'article':
            $articles[$said['id']] = $said['fields'];
            break;
        case 'clock':
            $off += $said['seconds'];
            break;
        case 'work':
            try {
                $answer = $outbox->work(new TinTinh\Door($said['site'], $said['source'], $said['key']), 20);
            } catch (TinTinh\BadMessage $error) {
                $answer = $error->getMessage();
            }
            break;
        case 'counts':
            $answer = $outbox->counts();
            break;
        case 'row':
            $answer = $outbox->row($said['id']);
            break;
        case 'mark':
            $outbox->mark($said['id']);
            break;
        case 'release':
            $outbox->release();
            break;
    }
    echo json_encode($answer), "\n";
}
