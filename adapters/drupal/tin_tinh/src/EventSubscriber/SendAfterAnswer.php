<?php

namespace Drupal\tin_tinh\EventSubscriber;

use Drupal\tin_tinh\Sender;
use Symfony\Component\EventDispatcher\EventSubscriberInterface;
use Symfony\Component\HttpKernel\Event\TerminateEvent;
use Symfony\Component\HttpKernel\KernelEvents;

/**
 * Sends after the answer went out, so that the editor does not wait and cron need not be frequent.
 *
 * PHP-FPM lets the browser go first. Other servers may hold the page until we are done: there we take two seconds.
 */
final class SendAfterAnswer implements EventSubscriberInterface {

  public function __construct(private readonly Sender $sender) {}

  /**
   * Sends what waits, if it is worth a look.
   */
  public function onTerminate(TerminateEvent $event): void {
    if ($this->sender->worthALook()) {
      $free = function_exists('fastcgi_finish_request') || function_exists('litespeed_finish_request');
      $free ? $this->sender->work(10, 10) : $this->sender->work(1, 2);
    }
  }

  /**
   * {@inheritdoc}
   */
  public static function getSubscribedEvents(): array {
    return [KernelEvents::TERMINATE => ['onTerminate', 100]];
  }

}
