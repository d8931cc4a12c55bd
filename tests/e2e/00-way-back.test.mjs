// The way back to a desk in the intake: who is anonymous is not rung on a person's number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyIntake, isMobile, missing } from '../../broker/ui/js/need.js';

test('a mobile number is a person\'s, however it is written', () => {
  for (const number of ['06 1234 5678', '0612345678', '+31 6 12345678', '0031-612345678', '06-12 34 56 78']) assert.ok(isMobile(number), number);
  for (const number of ['010 123 4567', '0800 0000', '+31 10 1234567', '0900 06 06 06', '']) assert.ok(!isMobile(number), number);
});

test('a chat takes no number or that of its desk; everybody else gives one', () => {
  const chat = { ...emptyIntake(), chat: true };
  assert.deepEqual(missing(chat, ''), []);
  assert.deepEqual(missing(chat, '010 123 4567'), []);
  assert.deepEqual(missing(chat, '06 1234 5678'), ['callback']);
  assert.deepEqual(missing(emptyIntake(), '06 1234 5678'), []); // a worker on duty
  assert.deepEqual(missing(emptyIntake(), ''), ['callback']);
});
