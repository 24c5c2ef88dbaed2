<?php

namespace Drupal\tin_tinh;

use Drupal\Core\Database\Connection;
use TinTinh\Table;

require_once __DIR__ . '/../lib/tintinh-core.php';

/**
 * The queue's table over Drupal's database connection.
 */
final class QueueTable implements Table {

  public function __construct(private readonly Connection $database) {}

  /**
   * {@inheritdoc}
   */
  public function rows(string $sql, array $values): array {
    [$sql, $arguments] = $this->named($sql, $values);
    return $this->database->query($sql, $arguments, ['fetch' => \PDO::FETCH_ASSOC])->fetchAll();
  }

  /**
   * {@inheritdoc}
   */
  public function run(string $sql, array $values): int {
    [$sql, $arguments] = $this->named($sql, $values);
    $statement = $this->database->prepareStatement($sql, [], TRUE);
    $statement->execute($arguments, []);
    return (int) $statement->rowCount();
  }

  /**
   * {@inheritdoc}
   */
  public function ensure(string $article) {
    $this->database->merge('tintinh')->key('article', $article)->insertFields(['article' => $article, 'body' => ''])->execute();
  }

  /**
   * Give the placeholders names: Drupal's connection knows no others.
   */
  private function named(string $sql, array $values): array {
    $arguments = [];
    $sql = preg_replace_callback('/\?/', function () use (&$arguments, &$values) {
      $name = ':tintinh_' . count($arguments);
      $arguments[$name] = array_shift($values);
      return $name;
    }, $sql);
    return [$sql, $arguments];
  }

}
