<?php

namespace Drupal\tin_tinh;

use Drupal\Core\Config\ConfigFactoryInterface;
use Drupal\Core\Entity\EntityTypeManagerInterface;
use Drupal\Core\Extension\ModuleHandlerInterface;
use Drupal\Core\File\FileUrlGeneratorInterface;
use Drupal\Core\Session\AnonymousUserSession;
use Drupal\node\NodeInterface;

/**
 * A node as the article of docs/webhooks.md, if the public may see it.
 *
 * Each published translation is an article of its own. hook_tin_tinh_article_alter(?array &$article, NodeInterface
 * $node) lets a newsroom change every field, or hold a node back by making it NULL.
 */
final class ArticleReader {

  public function __construct(
    private readonly EntityTypeManagerInterface $entities,
    private readonly ConfigFactoryInterface $config,
    private readonly ModuleHandlerInterface $modules,
    private readonly FileUrlGeneratorInterface $files,
  ) {}

  /**
   * Returns an article's name: the node's UUID, with the language behind it for a translation.
   */
  public static function id(NodeInterface $node): string {
    return $node->uuid() . ($node->isDefaultTranslation() ? '' : '-' . $node->language()->getId());
  }

  /**
   * Reads an article by its name; NULL when the public may not see it (any more).
   */
  public function read(string $article): ?array {
    $node = $this->node(substr($article, 0, 36), substr($article, 37));
    if (!$node || !$this->isPublic($node)) {
      return NULL;
    }
    $fields = $this->fields($node, $article);
    $this->modules->alter('tin_tinh_article', $fields, $node);
    return $fields;
  }

  /**
   * Says whether an anonymous visitor may read a node of a told type.
   */
  public function isPublic(NodeInterface $node): bool {
    return in_array($node->bundle(), (array) $this->config->get('tin_tinh.settings')->get('types'), TRUE)
      && $node->isPublished()
      && $node->access('view', new AnonymousUserSession());
  }

  /**
   * Loads the default revision as it is stored now: a draft over a published node changes nothing here.
   */
  private function node(string $uuid, string $language): ?NodeInterface {
    $storage = $this->entities->getStorage('node');
    $found = $storage->getQuery()->accessCheck(FALSE)->condition('uuid', $uuid)->execute();
    $node = $found ? $storage->loadUnchanged(reset($found)) : NULL;
    if (!$node || $language === '') {
      return $node;
    }
    return $node->hasTranslation($language) ? $node->getTranslation($language) : NULL;
  }

  /**
   * Fills the contract's fields.
   */
  private function fields(NodeInterface $node, string $article): array {
    // TRUE: the address comes with its cache metadata, so that it may be asked for outside of a page.
    $url = $node->toUrl('canonical', ['absolute' => TRUE])->toString(TRUE)->getGeneratedUrl();
    $body = $node->hasField('body') && !$node->get('body')->isEmpty() ? $node->get('body')->first() : NULL;
    return array_filter([
      'id' => $article,
      // Drush without --uri calls every site "default".
      'url' => parse_url($url, PHP_URL_HOST) === 'default' ? '' : $url,
      'title' => (string) $node->label(),
      'summary' => $body ? trim(html_entity_decode(strip_tags((string) $body->summary), ENT_QUOTES | ENT_HTML5)) : '',
      'content_html' => $body ? (string) $body->processed : '',
      'published_at' => gmdate('c', (int) $node->getCreatedTime()),
      'authors' => array_values(array_filter([(string) $node->getOwner()?->getDisplayName()])),
      'categories' => $this->categories($node),
      'images' => $this->images($node),
      'language' => $node->language()->getId(),
      'note' => $this->correction($node),
    ]);
  }

  /**
   * Takes the revision's log message for a correction if it says that it is one.
   */
  private function correction(NodeInterface $node): string {
    $log = trim((string) $node->getRevisionLogMessage());
    return preg_match('/^đính chính/iu', $log) ? $log : '';
  }

  /**
   * Returns the labels of the taxonomy terms of all fields.
   */
  private function categories(NodeInterface $node): array {
    $labels = [];
    foreach ($node->getFieldDefinitions() as $name => $definition) {
      if ($definition->getType() === 'entity_reference' && $definition->getSetting('target_type') === 'taxonomy_term') {
        foreach ($node->get($name)->referencedEntities() as $term) {
          $labels[] = (string) $term->label();
        }
      }
    }
    return array_slice(array_values(array_unique($labels)), 0, 50);
  }

  /**
   * Returns the pictures of all image fields, with their alternative texts.
   */
  private function images(NodeInterface $node): array {
    $images = [];
    foreach ($node->getFieldDefinitions() as $name => $definition) {
      if ($definition->getType() === 'image') {
        foreach ($node->get($name) as $item) {
          if ($item->entity) {
            $url = $this->files->generateAbsoluteString($item->entity->getFileUri());
            $images[] = ['url' => $url, 'title' => (string) $item->alt];
          }
        }
      }
    }
    return array_slice($images, 0, 50);
  }

}
