<?php
/**
 * What every adapter needs to tell Tin Tỉnh of articles: signature, answers, and a queue in the CMS's own database.
 *
 * Knows no CMS. The contract is docs/webhooks.md. `./tintinh webhook adapter` puts it into each adapter's archive.
 * PHP 7.2 or newer, with json and hash.
 */

namespace TinTinh;

/** A message to Tin Tỉnh could not be made: bad settings, or an article that is no valid text. */
final class BadMessage extends \RuntimeException
{
}

/** Nobody answered: time-out, refused connection, no such host. */
final class NoAnswer extends \RuntimeException
{
}

/** Where to send, and as whom. */
final class Door
{
    public $url;
    private $key;

    /**
     * $site: address of the Tin Tỉnh site; $source: your id there; $key: "whsec_…".
     *
     * @throws BadMessage one of them is missing or malformed; the text never contains the key
     */
    public function __construct(string $site, string $source, string $key)
    {
        $secret = strncmp($key, 'whsec_', 6) === 0 ? base64_decode(substr($key, 6), true) : false;
        if ($secret === false || strlen($secret) < 24) {
            throw new BadMessage('Khoá không đúng dạng: khoá bắt đầu bằng "whsec_".');
        }
        if (!preg_match('~^https?://[^/\s]+~i', $site)) {
            throw new BadMessage('Địa chỉ Tin Tỉnh phải bắt đầu bằng https:// hoặc http://.');
        }
        if (!preg_match('~^[A-Za-z0-9._-]{1,100}$~', $source)) {
            throw new BadMessage('Mã nguồn tin chỉ gồm chữ không dấu, số, dấu chấm, gạch ngang, gạch dưới.');
        }
        $this->url = rtrim($site, '/') . '/webhooks/' . $source;
        $this->key = $secret;
    }

    /** Return the headers of a call, by name (Standard Webhooks). $time: Unix seconds. */
    public function headers(string $id, int $time, string $body): array
    {
        $signature = base64_encode(hash_hmac('sha256', "$id.$time.$body", $this->key, true));
        return [
            'Content-Type' => 'application/json',
            'webhook-id' => $id,
            'webhook-timestamp' => (string) $time,
            'webhook-signature' => "v1,$signature",
        ];
    }
}

/** What Tin Tỉnh answered, and what to do about it. */
final class Answer
{
    const TAKEN = 'taken';
    const AGAIN = 'again'; // same message, later
    const CLOCK = 'clock'; // sign anew with its time, at once
    const NEW_ID = 'new_id'; // the id was used before: a new one, at once
    const STUCK = 'stuck'; // only a person can mend it

    public $kind;
    public $words;
    public $pause; // seconds that it asked for; 0: it did not say
    public $serverTime;
    public $receipt;

    /** Read a response. $retryAfter: the header's text, "" if none. */
    public static function read(int $status, string $retryAfter, string $body): self
    {
        $told = json_decode($body, true);
        $told = is_array($told) ? $told : [];
        $code = self::text($told, 'code');
        $answer = new self();
        $answer->kind = self::kind($status, $code);
        $answer->pause = ctype_digit($retryAfter) && strlen($retryAfter) < 7 ? (int) $retryAfter : 0;
        $answer->serverTime = isset($told['server_time']) ? (int) $told['server_time'] : 0;
        $answer->receipt = self::text($told, 'receipt_url');
        $field = self::text($told, 'field');
        $answer->words = trim("$status $code " . ($field === '' ? '' : "[$field] ") . self::text($told, 'message'));
        return $answer;
    }

    /** Make the answer that no answer is. */
    public static function none(string $why): self
    {
        $answer = new self();
        $answer->kind = self::AGAIN;
        $answer->words = "Không có trả lời: $why";
        $answer->pause = $answer->serverTime = 0;
        $answer->receipt = '';
        return $answer;
    }

    private static function kind(int $status, string $code): string
    {
        if ($status === 202 || $status === 200) {
            return self::TAKEN;
        }
        if ($status >= 500 || in_array($status, [408, 425, 429], true)) {
            return self::AGAIN;
        }
        if ($code === 'stale_timestamp') {
            return self::CLOCK;
        }
        return $status === 409 ? self::NEW_ID : self::STUCK;
    }

    private static function text(array $told, string $name): string
    {
        return isset($told[$name]) && is_scalar($told[$name]) ? mb_strcut((string) $told[$name], 0, 300, 'UTF-8') : '';
    }
}

/** The queue's table, in the CMS's database. `?` stands for a value; the table is written `{tintinh}`. */
interface Table
{
    /** Return rows as arrays by column. */
    public function rows(string $sql, array $values): array;

    /** Change rows; return how many were hit. */
    public function run(string $sql, array $values): int;

    /** Make the row of an article if there is none; nothing happens if there is. */
    public function ensure(string $article);
}

/**
 * One row per article: what Tin Tỉnh was told last, and the one message that is still to be told.
 *
 * A save only marks the row; `work` (cron) reads the article as it is by then. So ten quick saves are one
 * message, an unchanged article is none, and only the newest state waits while Tin Tỉnh is away, however long.
 * A message keeps its id through all tries: delivered twice it counts once.
 *
 * Columns: article (key, ≤ 100), dirty (0/1), told ("" never | "unsure" | "withdrawn" | hash), message (webhook-id),
 * event, body, hash, tries, due (Unix seconds), state ("" | waiting | stuck), answer, receipt, changed.
 */
final class Outbox
{
    const LARGEST = 1900000; // bytes of a body; Tin Tỉnh takes 2 MB
    const LEASE = 120; // seconds; longer than one call may take
    const PAUSES = [5, 30, 300, 3600]; // seconds; the last one for as long as it takes

    private $table;
    private $read;
    private $post;
    private $clock;

    /**
     * $read: article id → array of the contract's fields, or null when the public may not see it (any more).
     * $post: (url, headers, body) → [status, Retry-After, body]; throws NoAnswer. $clock: () → Unix seconds.
     */
    public function __construct(Table $table, callable $read, callable $post, callable $clock)
    {
        $this->table = $table;
        $this->read = $read;
        $this->post = $post;
        $this->clock = $clock;
    }

    /** Say that an article may have changed. One or two quick statements: fit for a save. */
    public function mark(string $article)
    {
        $this->table->ensure($article);
        $this->table->run('UPDATE {tintinh} SET dirty = 1 WHERE article = ?', [$article]);
    }

    /** Try what is stuck again: after new settings, or because somebody asked. */
    public function release()
    {
        $this->table->run("UPDATE {tintinh} SET dirty = 1 WHERE state = 'stuck'", []);
    }

    /** Return [waiting, stuck]: how many articles. */
    public function counts(): array
    {
        $found = ['waiting' => 0, 'stuck' => 0];
        foreach ($this->table->rows("SELECT state, dirty FROM {tintinh} WHERE dirty = 1 OR state <> ''", []) as $row) {
            ++$found[$row['state'] === 'stuck' && !$row['dirty'] ? 'stuck' : 'waiting'];
        }
        return [$found['waiting'], $found['stuck']];
    }

    /** Return rows that are stuck, newest first. */
    public function stuck(int $limit): array
    {
        return $this->table->rows("SELECT * FROM {tintinh} WHERE state = 'stuck' ORDER BY changed DESC LIMIT $limit", []);
    }

    /** Return an article's row, or null. */
    public function row(string $article)
    {
        $rows = $this->table->rows('SELECT * FROM {tintinh} WHERE article = ?', [$article]);
        return $rows ? $rows[0] : null;
    }

    /**
     * Send what is due, for at most $seconds; return how many messages were taken.
     *
     * Stops at the first call that finds nobody: the others would only wait for the same time-out.
     */
    public function work(Door $door, int $seconds): int
    {
        $end = ($this->clock)() + $seconds;
        $taken = 0;
        // What was marked waits for no pause: somebody has just pressed "save".
        $due = "SELECT * FROM {tintinh} WHERE dirty = 1 OR (state = 'waiting' AND due <= ?) ORDER BY due, changed LIMIT 200";
        foreach ($this->table->rows($due, [($this->clock)()]) as $row) {
            if (($this->clock)() >= $end) {
                break;
            }
            if (!$this->claim($row)) {
                continue;
            }
            $row = $row['dirty'] ? $this->renew($row) : $row;
            if ($row['state'] !== 'waiting') {
                continue;
            }
            $answer = $this->send($door, $row);
            $taken += $answer->kind === Answer::TAKEN ? 1 : 0;
            if ($answer->kind === Answer::AGAIN) {
                break;
            }
        }
        return $taken;
    }

    /** Take a row for this worker. A save after this marks it anew, so no change is overlooked. */
    private function claim(array $row): bool
    {
        $until = ($this->clock)() + self::LEASE;
        return $this->table->run(
            'UPDATE {tintinh} SET dirty = 0, due = ? WHERE article = ? AND dirty = ? AND due = ? AND message = ?',
            [$until, $row['article'], $row['dirty'], $row['due'], $row['message']]
        ) === 1;
    }

    /** Hold what the article says now against what was told, and set the message that is to be sent. */
    private function renew(array $row): array
    {
        $at = max(($this->clock)(), $row['changed'] + 1); // later than the message before, even within a second
        $known = $row['told'] !== '' && $row['told'] !== 'withdrawn' || $row['tries'] > 0;
        try {
            $article = ($this->read)($row['article']);
            if ($article === null) {
                $hash = 'withdrawn';
                $event = $known ? 'article.withdrawn' : '';
            } else {
                $hash = hash('sha256', $this->json('', $article));
                $event = $row['told'] === $hash && $row['tries'] == 0 ? '' : $this->event($row, $article);
                $article = $this->fitting($article);
            }
            $body = $this->json($event, ($article ?: []) + ['id' => $row['article'], 'updated_at' => self::moment($at)]);
        } catch (BadMessage $error) {
            return $this->put($row, ['state' => 'stuck', 'answer' => $error->getMessage()]);
        }
        if ($event === '') {
            return $this->forget($row);
        }
        if ($row['state'] === 'waiting' && $row['hash'] === $hash) {
            return $row; // the very message that waits already
        }
        $told = $row['told'] === '' && $row['tries'] > 0 ? 'unsure' : $row['told'];
        $fresh = ['message' => self::id(), 'event' => $event, 'body' => $body, 'hash' => $hash, 'told' => $told];
        return $this->put($row, $fresh + ['state' => 'waiting', 'tries' => 0, 'changed' => $at]);
    }

    /** There is nothing to tell: not any more, or a draft that was never public. */
    private function forget(array $row): array
    {
        if ($row['told'] === '') {
            $this->table->run("DELETE FROM {tintinh} WHERE article = ? AND dirty = 0 AND told = ''", [$row['article']]);
        }
        return $this->put($row, ['state' => '', 'body' => '']);
    }

    private function event(array $row, array $article): string
    {
        if (in_array($row['told'], ['', 'unsure', 'withdrawn'], true)) {
            return 'article.published';
        }
        return empty($article['note']) ? 'article.updated' : 'article.corrected';
    }

    /** Always this clock, never the CMS's "last changed": only so a withdrawal and a return keep their order. */
    private static function moment(int $at): string
    {
        return gmdate('Y-m-d\TH:i:s\Z', $at);
    }

    /** Leave out the text of what is too large: title, summary and address still reach the readers. */
    private function fitting(array $article): array
    {
        if (strlen($this->json('', $article)) > self::LARGEST) {
            unset($article['content_html'], $article['content_text']);
        }
        return $article;
    }

    private function json(string $event, array $article): string
    {
        $flags = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE;
        $text = json_encode(['event' => $event, 'article' => $article], $flags);
        if ($text === false) {
            throw new BadMessage('Bài không thành JSON được: ' . json_last_error_msg());
        }
        return $text;
    }

    private function send(Door $door, array $row): Answer
    {
        $row = $this->put($row, ['tries' => $row['tries'] + 1]);
        $answer = $this->call($door, $row, ($this->clock)());
        if ($answer->kind === Answer::CLOCK && $answer->serverTime > 0) {
            $answer = $this->call($door, $row, $answer->serverTime);
        } elseif ($answer->kind === Answer::NEW_ID) {
            $row = $this->put($row, ['message' => self::id()]);
            $answer = $this->call($door, $row, ($this->clock)());
        }
        $this->settle($row, $answer);
        return $answer;
    }

    private function call(Door $door, array $row, int $time): Answer
    {
        try {
            list($status, $retryAfter, $body) = ($this->post)(
                $door->url,
                $door->headers($row['message'], $time, $row['body']),
                $row['body']
            );
        } catch (NoAnswer $error) {
            return Answer::none($error->getMessage());
        }
        return Answer::read((int) $status, (string) $retryAfter, (string) $body);
    }

    /** Write down what came of a try; nothing if a newer message has taken this one's place. */
    private function settle(array $row, Answer $answer)
    {
        $values = ['answer' => $answer->words, 'receipt' => $answer->receipt];
        if ($answer->kind === Answer::TAKEN) {
            $values += ['state' => '', 'told' => $row['hash'], 'tries' => 0, 'body' => '', 'due' => 0];
        } elseif ($answer->kind === Answer::AGAIN) {
            $pause = self::PAUSES[min($row['tries'], count(self::PAUSES)) - 1];
            $values += ['state' => 'waiting', 'due' => ($this->clock)() + max($pause, min($answer->pause, 3600))];
        } else {
            $values += ['state' => 'stuck', 'due' => 0];
        }
        $this->put($row, $values);
    }

    /** Write columns of a row whose message is still the one that we hold; return the row with them. */
    private function put(array $row, array $values): array
    {
        $values += ['changed' => max(($this->clock)(), (int) $row['changed'])];
        $set = implode(', ', array_map(function ($name) {
            return "$name = ?";
        }, array_keys($values)));
        $this->table->run(
            "UPDATE {tintinh} SET $set WHERE article = ? AND message = ?",
            array_merge(array_values($values), [$row['article'], $row['message']])
        );
        return array_merge($row, $values);
    }

    private static function id(): string
    {
        return bin2hex(random_bytes(16));
    }
}

/** The queue's table over PDO, for SQLite and MySQL or MariaDB. */
final class PdoTable implements Table
{
    private $pdo;
    private $name;

    public function __construct(\PDO $pdo, string $name)
    {
        $this->pdo = $pdo;
        $this->name = $name;
    }

    public function create()
    {
        $this->pdo->exec(columns($this->name));
    }

    public function rows(string $sql, array $values): array
    {
        return $this->statement($sql, $values)->fetchAll(\PDO::FETCH_ASSOC);
    }

    public function run(string $sql, array $values): int
    {
        return $this->statement($sql, $values)->rowCount();
    }

    public function ensure(string $article)
    {
        $or = $this->pdo->getAttribute(\PDO::ATTR_DRIVER_NAME) === 'sqlite' ? 'OR IGNORE' : 'IGNORE';
        $this->run("INSERT $or INTO {tintinh} (article, body) VALUES (?, '')", [$article]);
    }

    private function statement(string $sql, array $values): \PDOStatement
    {
        $statement = $this->pdo->prepare(str_replace('{tintinh}', $this->name, $sql));
        $statement->execute($values);
        return $statement;
    }
}

/** Return the statement that makes the queue's table. */
function columns(string $table): string
{
    return "CREATE TABLE IF NOT EXISTS $table (
  article varchar(100) NOT NULL PRIMARY KEY,
  dirty smallint NOT NULL DEFAULT 0,
  told varchar(64) NOT NULL DEFAULT '',
  message varchar(64) NOT NULL DEFAULT '',
  event varchar(32) NOT NULL DEFAULT '',
  body longtext NOT NULL,
  hash varchar(64) NOT NULL DEFAULT '',
  tries integer NOT NULL DEFAULT 0,
  due bigint NOT NULL DEFAULT 0,
  state varchar(10) NOT NULL DEFAULT '',
  answer varchar(500) NOT NULL DEFAULT '',
  receipt varchar(500) NOT NULL DEFAULT '',
  changed bigint NOT NULL DEFAULT 0
)";
}

/** Post over cURL: for a CMS without an HTTP client of its own. $seconds: for the whole call. */
function curl_post(int $seconds): callable
{
    return function (string $url, array $headers, string $body) use ($seconds): array {
        $lines = [];
        foreach ($headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        $retryAfter = '';
        $call = curl_init($url);
        curl_setopt_array($call, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => array_merge($lines, ['Expect:']),
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_CONNECTTIMEOUT => min(5, $seconds),
            CURLOPT_TIMEOUT => $seconds,
            CURLOPT_USERAGENT => 'TinTinh-Adapter/1',
            CURLOPT_HEADERFUNCTION => function ($call, $line) use (&$retryAfter) {
                if (stripos($line, 'retry-after:') === 0) {
                    $retryAfter = trim(substr($line, 12));
                }
                return strlen($line);
            },
        ]);
        $answer = curl_exec($call);
        $status = (int) curl_getinfo($call, CURLINFO_RESPONSE_CODE);
        $why = curl_error($call);
        if ($answer === false || $status === 0) {
            throw new NoAnswer($why === '' ? 'kết nối đứt' : $why);
        }
        return [$status, $retryAfter, $answer];
    };
}
