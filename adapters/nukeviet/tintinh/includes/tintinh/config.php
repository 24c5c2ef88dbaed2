<?php
/** Where to send, as whom, and which news modules are told. Read as PHP only, so the web shows nothing of it. */

if (!defined('NV_MAINFILE')) {
    exit('Stop!!!');
}

return [
    'site' => 'https://tintinh.example.org', // address of Tin Tỉnh
    'source' => 'so-xay-dung-vi-du',         // your id there
    'key' => 'whsec_…',                      // your key: printed once when you were registered
    'modules' => [['vi', 'news']],           // language and module, one pair for each
    'address' => '',                         // of this site, "https://…"; "" takes NukeViet's own
    'days' => 7,                             // at the first run, articles published in so many days are told
];
