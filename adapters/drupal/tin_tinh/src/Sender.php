<?php

namespace Drupal\tin_tinh;

use Drupal\Component\Datetime\TimeInterface;
use Drupal\Core\Config\ConfigFactoryInterface;
use Drupal\Core\Logger\LoggerChannelFactoryInterface;
use Drupal\Core\Site\Settings;
use Drupal\Core\State\StateInterface;
use Drupal\node\NodeInterface;
use GuzzleHttp\ClientInterface;
use GuzzleHttp\Exception\GuzzleException;
use TinTinh\BadMessage;
use TinTinh\Door;
use TinTinh\NoAnswer;
use TinTinh\Outbox;

require_once __DIR__ . '/../lib/tintinh-core.php';

/**
 * Marks nodes and sends what waits.
 */
final class Sender {

  /**
   * Whether this request marked something.
   */
  private bool $marked = FALSE;

  public function __construct(
    private readonly QueueTable $table,
    private readonly ArticleReader $reader,
    private readonly ClientInterface $http,
    private readonly ConfigFactoryInterface $config,
    private readonly StateInterface $state,
    private readonly TimeInterface $time,
    private readonly LoggerChannelFactoryInterface $loggers,
  ) {}

  /**
   * Marks a node and its translations if the public can see them, or if they were told of before.
   */
  public function changed(NodeInterface $node): void {
    $outbox = $this->outbox();
    foreach (array_keys($node->getTranslationLanguages()) as $language) {
      $translation = $node->getTranslation($language);
      $article = ArticleReader::id($translation);
      if ($this->reader->isPublic($translation) || $outbox->row($article) !== NULL) {
        $outbox->mark($article);
        $this->marked = TRUE;
      }
    }
  }

  /**
   * Says whether it is worth a look: there is a key, and this request marked something or a minute has gone by.
   */
  public function worthALook(): bool {
    return $this->key() !== '' && ($this->marked || $this->time->getRequestTime() - (int) $this->state->get('tin_tinh.looked', 0) >= 60);
  }

  /**
   * Sends what is due, for at most $seconds; one call takes at most $timeout seconds.
   */
  public function work(int $seconds, int $timeout): void {
    $this->marked = FALSE;
    $this->state->set('tin_tinh.looked', $this->time->getCurrentTime());
    try {
      $this->outbox($timeout)->work($this->door(), $seconds);
    }
    catch (BadMessage $error) {
      $this->loggers->get('tin_tinh')->warning($error->getMessage());
    }
  }

  /**
   * Returns where to send.
   *
   * The key comes from settings.php ($settings['tin_tinh.key']), else from the state: never from configuration,
   * which is exported into files and repositories.
   *
   * @throws \TinTinh\BadMessage
   */
  public function door(): Door {
    $config = $this->config->get('tin_tinh.settings');
    return new Door((string) $config->get('site'), (string) $config->get('source'), $this->key());
  }

  /**
   * Returns the key, or "".
   */
  public function key(): string {
    return trim((string) Settings::get('tin_tinh.key', $this->state->get('tin_tinh.key', '')));
  }

  /**
   * Makes the queue; $timeout is for one call, in seconds.
   */
  public function outbox(int $timeout = 10): Outbox {
    $post = fn (string $url, array $headers, string $body) => $this->post($url, $headers, $body, $timeout);
    return new Outbox($this->table, $this->reader->read(...), $post, $this->time->getCurrentTime(...));
  }

  /**
   * Posts over Drupal's HTTP client, so that its proxy settings hold: [status, Retry-After, body].
   *
   * @throws \TinTinh\NoAnswer
   */
  public function post(string $url, array $headers, string $body, int $timeout): array {
    try {
      $answer = $this->http->request('POST', $url, [
        'headers' => $headers + ['User-Agent' => 'TinTinh-Drupal/1.0'],
        'body' => $body,
        'timeout' => $timeout,
        'connect_timeout' => min(5, $timeout),
        'http_errors' => FALSE,
        'allow_redirects' => FALSE,
      ]);
    }
    catch (GuzzleException $error) {
      throw new NoAnswer($error->getMessage(), 0, $error);
    }
    return [$answer->getStatusCode(), $answer->getHeaderLine('Retry-After'), (string) $answer->getBody()];
  }

}
