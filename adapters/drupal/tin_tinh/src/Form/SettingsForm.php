<?php

namespace Drupal\tin_tinh\Form;

use Drupal\Core\Form\ConfigFormBase;
use Drupal\Core\Form\FormStateInterface;
use Drupal\Core\Site\Settings;
use Drupal\node\Entity\NodeType;
use Drupal\tin_tinh\Sender;
use TinTinh\Answer;
use TinTinh\BadMessage;
use TinTinh\NoAnswer;

/**
 * Where to send, as whom, and what could not be sent. The key is written, never shown.
 */
final class SettingsForm extends ConfigFormBase {

  /**
   * {@inheritdoc}
   */
  public function getFormId() {
    return 'tin_tinh_settings';
  }

  /**
   * {@inheritdoc}
   */
  protected function getEditableConfigNames() {
    return ['tin_tinh.settings'];
  }

  /**
   * {@inheritdoc}
   */
  public function buildForm(array $form, FormStateInterface $form_state) {
    $config = $this->config('tin_tinh.settings');
    $fixed = Settings::get('tin_tinh.key') !== NULL;
    $known = self::sender()->key() !== '';
    $form['site'] = [
      '#type' => 'url', '#title' => 'Địa chỉ Tin Tỉnh', '#default_value' => $config->get('site'), '#required' => TRUE,
    ];
    $form['source'] = [
      '#type' => 'textfield', '#title' => 'Mã nguồn tin', '#default_value' => $config->get('source'), '#required' => TRUE,
    ];
    $form['key'] = [
      '#type' => 'password', '#title' => 'Khoá (whsec_…)', '#disabled' => $fixed,
      '#description' => $fixed ? 'Đặt trong settings.php.' : ($known ? 'Đã có khoá; để trống là giữ nguyên.' : ''),
    ];
    $form['types'] = [
      '#type' => 'checkboxes', '#title' => 'Loại nội dung được gửi', '#default_value' => (array) $config->get('types'),
      '#options' => array_map(fn (NodeType $type) => $type->label(), NodeType::loadMultiple()),
    ];
    $form['queue'] = $this->queue();
    $form = parent::buildForm($form, $form_state);
    $form['actions']['try'] = ['#type' => 'submit', '#value' => 'Thử kết nối', '#submit' => ['::tryOut']];
    $form['actions']['again'] = ['#type' => 'submit', '#value' => 'Gửi lại bài kẹt', '#submit' => ['::again']];
    return $form;
  }

  /**
   * {@inheritdoc}
   */
  public function submitForm(array &$form, FormStateInterface $form_state) {
    $this->config('tin_tinh.settings')
      ->set('site', rtrim($form_state->getValue('site'), '/'))
      ->set('source', trim($form_state->getValue('source')))
      ->set('types', array_values(array_filter($form_state->getValue('types'))))
      ->save();
    $key = trim((string) $form_state->getValue('key'));
    if ($key !== '') {
      \Drupal::state()->set('tin_tinh.key', $key);
    }
    // New settings may be what stuck articles waited for.
    self::sender()->outbox()->release();
    parent::submitForm($form, $form_state);
  }

  /**
   * Saves, then sends a made-up article with dry_run: everything is checked, nothing is stored.
   */
  public function tryOut(array &$form, FormStateInterface $form_state): void {
    $this->submitForm($form, $form_state);
    $body = '{"event": "article.published", "article": {"id": "thu", "title": "Thử kết nối"}}';
    try {
      $door = self::sender()->door();
      $headers = $door->headers(bin2hex(random_bytes(16)), time(), $body);
      [$status, , $told] = self::sender()->post("$door->url?dry_run=1", $headers, $body, 10);
    }
    catch (BadMessage | NoAnswer $error) {
      $this->messenger()->addError($error->getMessage());
      return;
    }
    $status === 200
      ? $this->messenger()->addStatus('Kết nối tốt: Tin Tỉnh nhận chữ ký này.')
      : $this->messenger()->addError(Answer::read($status, '', $told)->words);
  }

  /**
   * Tries what is stuck again.
   */
  public function again(array &$form, FormStateInterface $form_state): void {
    self::sender()->outbox()->release();
    $this->messenger()->addStatus('Các bài kẹt sẽ được gửi lại trong chốc lát.');
  }

  /**
   * Shows what waits and what is stuck.
   */
  private function queue(): array {
    [$waiting, $stuck] = self::sender()->outbox()->counts();
    $rows = array_map(
      fn (array $row) => [$row['article'], $row['event'], $row['answer']],
      self::sender()->outbox()->stuck(20),
    );
    return [
      '#type' => 'table', '#caption' => "$waiting bài chờ gửi, $stuck bài kẹt",
      '#header' => ['Bài', 'Việc', 'Tin Tỉnh trả lời'], '#rows' => $rows,
    ];
  }

  /**
   * Returns the sender.
   */
  private static function sender(): Sender {
    return \Drupal::service(Sender::class);
  }

}
