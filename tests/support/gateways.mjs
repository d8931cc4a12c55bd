// A broker that tells by text message, by voice and by webhook, to a real HTTPS receiver of the test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN } from './exchange.mjs';
import { startReceiver } from './receiver.mjs';

/**
 * Stop the broker of X, give it the gateways and what else is in MORE; TARGETS are [name, place, channel, address or
 * path of the receiver]. Start it yourself.
 */
export async function withGateways(x, more, targets) {
  const pem = name => readFileSync(join(x.dir, 'ca', name), 'utf8');
  const receiver = await startReceiver({ cert: pem('server.crt'), key: pem('server.key') });
  const secret = (name, text) => { writeFileSync(join(x.dir, 'keys', name), text, { mode: 0o600 }); return join(x.dir, 'keys', name); };
  const settings = {
    notify_sms_url: receiver.url('/sms'), notify_sms_token_file: secret('sms', 'sms-token\n'),
    notify_voice_url: receiver.url('/voice'), notify_voice_token_file: secret('voice', 'voice-token\n'), notify_voice_from: '+31880000000',
    notify_signing_key_file: secret('sign', `${randomBytes(32).toString('hex')}\n`), notify_oin: '00000099000000001000', notify_ca_file: join(x.dir, 'ca/ca.crt'),
    ...more,
  };
  assert.equal(await x.stopBroker(), 0);
  appendFileSync(join(x.dir, 'plekd.conf'), Object.entries(settings).map(([k, v]) => `${k} = ${v}\n`).join(''));
  for (const [name, place, channel, address] of targets) {
    const input = `${address.startsWith('/') ? receiver.url(address) : address}\n`;
    const r = spawnSync(join(BIN, 'plek'), ['--config', join(x.dir, 'plekd.conf'), 'notify', 'add', name, place, channel], { encoding: 'utf8', input, timeout: 60_000 });
    assert.equal(r.status, 0, `${r.stdout}${r.stderr}`);
  }
  return receiver;
}
