// Characters that the database has no place for: the one item or document is refused, and says where.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelFormsSchema } from '../../../src/modules/decisions/forms/index.ts';
import { checkItems } from '../../../src/modules/decisions/sync.check.ts';
import { recordItem, subjectItem } from '../../../src/modules/decisions/sync.schema.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';

const bad = ['a\u0000b', '\ud800', 'x\udc00'];

test('an item with such a character keeps back itself only', () => {
  const good = { type: 'client', id: 'kim', version: 1, attributes: { text: 'ü 😀' } };
  for (const text of bad) {
    const records = [
      { ...good, id: text },
      good,
      { ...good, owner: text },
      { ...good, nodes: [text] },
      { ...good, attributes: { set: ['a', text] } },
    ];
    const { items, refused } = checkItems(records, recordItem);
    assert.equal(items.length, 1);
    assert.deepEqual(
      refused.map(({ index, message }) => [index, message.split(':')[0]]),
      [
        [0, 'id'],
        [2, 'owner'],
        [3, 'nodes.0'],
        [4, 'attributes.set.1'],
      ],
    );
    const subject = { type: 'user', id: 'u', version: 1, groups: [{ name: text }] };
    assert.equal(checkItems([subject], subjectItem).refused.length, 1);
  }
});

test('a document with such a character is none, and its place is told', () => {
  for (const text of bad) {
    const document = structuredClone(readWorld('exact').forms);
    document.readings[1] = text;
    const { error } = modelFormsSchema.safeParse(document);
    assert.deepEqual(error?.issues[0]?.path, ['readings', 1]);
  }
});
