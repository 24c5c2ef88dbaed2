<?php
/**
 * NukeViet's news tables: what changed since the last look, and an article as docs/webhooks.md wants it.
 *
 * Status: 1 published, 3 expired, 2 waits for its time, 0, 4 and 5 not published, above 20 its category is locked.
 * What expires is told no withdrawal: it was true and stays in the archive.
 */

namespace TinTinh;

if (!defined('NV_MAINFILE')) {
    exit('Stop!!!');
}

require_once __DIR__ . '/tintinh-core.php';

/** The news modules of one NukeViet site. */
final class Newsroom
{
    const OVERLAP = 600; // seconds: an edit in the very second of the last look is seen by the next

    private $pdo;
    private $prefix;
    private $config;
    private $now;

    /** $prefix: of all tables, without "_"; $config: what config.php returns; $now: Unix seconds. */
    public function __construct(\PDO $pdo, string $prefix, array $config, int $now)
    {
        $this->pdo = $pdo;
        $this->prefix = $prefix;
        $this->config = $config;
        $this->now = $now;
    }

    /** Mark every article whose public face differs from what was told, or may. */
    public function look(Table $table, Outbox $outbox)
    {
        foreach ($this->config['modules'] as list($language, $module)) {
            $rows = $this->table($language, $module, 'rows');
            $name = $this->name($language, $module);
            $length = strlen($name) + 1;
            $join = "LEFT JOIN {tintinh} t ON t.article = CONCAT('$name', r.id)";
            $known = "CAST(SUBSTR(t.article, $length) AS UNSIGNED)";
            $edited = $table->rows(
                "SELECT r.id FROM $rows r JOIN {tintinh} t ON t.article = CONCAT('$name', r.id)
                  WHERE r.edittime >= t.changed - ? AND t.told NOT IN ('', 'withdrawn') AND t.dirty = 0",
                [self::OVERLAP]
            );
            $new = $table->rows(
                "SELECT r.id FROM $rows r $join WHERE r.status = 1 AND r.publtime <= ? AND r.publtime >= ?
                  AND t.article IS NULL",
                [$this->now, $this->now - 86400 * $this->config['days']]
            );
            $back = $table->rows(
                "SELECT r.id FROM {tintinh} t JOIN $rows r ON r.id = $known
                  WHERE t.article LIKE ? AND t.told = 'withdrawn' AND r.status = 1 AND r.publtime <= ?",
                ["$name%", $this->now]
            );
            $gone = $table->rows(
                "SELECT $known AS id FROM {tintinh} t LEFT JOIN $rows r ON r.id = $known AND r.status IN (1, 3)
                  WHERE t.article LIKE ? AND (t.told NOT IN ('', 'withdrawn') OR t.tries > 0) AND r.id IS NULL",
                ["$name%"]
            );
            foreach (array_merge($edited, $new, $back, $gone) as $row) {
                $outbox->mark($name . (int) $row['id']);
            }
        }
    }

    /** Read an article by its name; null when the public may not see it (any more). */
    public function read(string $article)
    {
        foreach ($this->config['modules'] as list($language, $module)) {
            $name = $this->name($language, $module);
            if (strncmp($article, $name, strlen($name)) === 0 && ctype_digit(substr($article, strlen($name)))) {
                $row = $this->row($language, $module, (int) substr($article, strlen($name)));
                return $row ? $this->fields($row, $article, $language, $module) : null;
            }
        }
        return null;
    }

    /** Return the start of articles' names: as in NukeViet's own RSS, with the language before it if not Vietnamese. */
    private function name(string $language, string $module): string
    {
        return ($language === 'vi' ? '' : $language . '_') . $module . '_';
    }

    private function table(string $language, string $module, string $which): string
    {
        return $this->prefix . '_' . $language . '_' . str_replace('-', '_', $module) . '_' . $which;
    }

    private function row(string $language, string $module, int $id)
    {
        $found = $this->pdo->prepare(
            'SELECT r.*, d.* FROM ' . $this->table($language, $module, 'rows') . ' r
              JOIN ' . $this->table($language, $module, 'detail') . ' d ON d.id = r.id
              WHERE r.id = ? AND r.status IN (1, 3) AND r.publtime <= ?'
        );
        $found->execute([$id, $this->now]);
        return $found->fetch(\PDO::FETCH_ASSOC);
    }

    private function fields(array $row, string $article, string $language, string $module): array
    {
        $source = self::plain((string) $row['sourcetext']);
        $category = $this->categories($language, $module, $row);
        return array_filter([
            'id' => $article,
            'url' => $this->url($row, $category, $language, $module),
            'title' => self::plain($row['title']),
            'summary' => self::plain($row['hometext']),
            // The credit stands beside the text in NukeViet, and below it on the page.
            'content_html' => $row['bodyhtml'] . ($source === '' ? '' : "\n<p>Nguồn: " . htmlspecialchars($source) . '</p>'),
            'published_at' => gmdate('Y-m-d\TH:i:s\Z', (int) $row['publtime']),
            'authors' => array_filter([self::plain((string) $row['author'])]),
            'categories' => array_values($category['names']),
            'images' => $this->images($row, $module),
            'language' => $language,
        ]);
    }

    /** Return the names of an article's categories, and the alias of the first, which is in its address. */
    private function categories(string $language, string $module, array $row): array
    {
        $ids = array_values(array_filter(array_map('intval', explode(',', $row['listcatid'] . ',' . $row['catid']))));
        if (!$ids) {
            return ['names' => [], 'alias' => ''];
        }
        $marks = implode(',', array_fill(0, count($ids), '?'));
        $cats = $this->table($language, $module, 'cat');
        $found = $this->pdo->prepare("SELECT catid, title, alias FROM $cats WHERE catid IN ($marks) ORDER BY catid");
        $found->execute($ids);
        $names = [];
        $alias = '';
        foreach ($found->fetchAll(\PDO::FETCH_ASSOC) as $one) {
            $names[$one['catid']] = self::plain($one['title']);
            $alias = $one['catid'] == $row['catid'] ? $one['alias'] : $alias;
        }
        return ['names' => array_slice($names, 0, 50), 'alias' => $alias];
    }

    private function url(array $row, array $category, string $language, string $module): string
    {
        global $global_config;
        $end = isset($global_config['rewrite_exturl']) ? $global_config['rewrite_exturl'] : '.html';
        $way = NV_BASE_SITEURL . 'index.php?' . NV_LANG_VARIABLE . '=' . $language . '&' . NV_NAME_VARIABLE . '=' . $module
            . '&' . NV_OP_VARIABLE . '=' . $category['alias'] . '/' . $row['alias'] . '-' . $row['id'] . $end;
        $way = function_exists('nv_url_rewrite') ? nv_url_rewrite($way, true) : $way;
        return preg_match('~^https?://~', $way) ? $way : $this->address() . $way;
    }

    private function images(array $row, string $module): array
    {
        $file = (string) $row['homeimgfile'];
        if ($file === '' || (int) $row['homeimgthumb'] === 0) {
            return [];
        }
        $here = $this->address() . NV_BASE_SITEURL . NV_UPLOADS_DIR . '/' . $module . '/' . $file;
        $url = preg_match('~^https?://~', $file) ? $file : $here;
        return [['url' => $url, 'title' => self::plain((string) $row['homeimgalt'])]];
    }

    private function address(): string
    {
        return rtrim($this->config['address'] === '' ? NV_MY_DOMAIN : $this->config['address'], '/');
    }

    private static function plain(string $html): string
    {
        return trim(html_entity_decode(strip_tags($html), ENT_QUOTES | ENT_HTML5, 'UTF-8'));
    }
}

/** Return what logs/tintinh.log says: how many wait and are stuck, and why. Never the key. */
function report($outbox, string $told, int $now): string
{
    $lines = [date('Y-m-d H:i:s', $now) . ' ' . ($told === '' ? 'chạy tốt' : $told)];
    if ($outbox !== null && $told === '') {
        list($waiting, $stuck) = $outbox->counts();
        $lines[] = "$waiting bài chờ gửi, $stuck bài kẹt";
        foreach ($outbox->stuck(20) as $row) {
            $lines[] = "{$row['article']} {$row['event']}: {$row['answer']}";
        }
    }
    return implode("\n", $lines) . "\n";
}
