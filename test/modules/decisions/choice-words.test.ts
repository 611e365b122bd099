// Every layer and every choice of the example documents reads in the words of its document, in every language.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { ChoiceNames } from '../../../src/modules/decisions/questions/choice.words.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { createTranslator, languages } from '../../../src/platform/i18n.ts';

const translator = createTranslator({ localesDir: join(import.meta.dirname, '../../../config/locales') });

describe('the words of choices', () => {
  for (const name of worldNames) {
    test(`${name}: no code stands alone`, () => {
      const { forms } = readWorld(name);
      const { gates } = compileForms(forms);
      for (const language of languages) {
        const names = new ChoiceNames(translator.forLanguage(language), forms);
        for (const gate of gates) {
          assert.notEqual(names.gate(gate.id), gate.id);
          assert.doesNotMatch(names.gate(gate.id), /decisions\./, gate.id);
          for (const { id } of gate.rules) {
            const said = names.rule(id);
            assert.notEqual(said, id);
            assert.doesNotMatch(said, /decisions\.|undefined|: $| › $/, id);
          }
        }
      }
    });
  }

  test('say what was chosen', () => {
    const words = translator.forLanguage('en');
    const of = (world: (typeof worldNames)[number]) => new ChoiceNames(words, readWorld(world).forms);
    assert.equal(
      of('ecase').rule('list:daten/client/Primarstufe/modify/primarstufe'),
      'Klient › Schulstufe Primarstufe › Primarstufe Lehrpersonen: Read and modify',
    );
    assert.equal(
      of('ecase').rule('list:daten/client/own-list/read/oberstufe'),
      'Klient › Own list › Oberstufe Lehrpersonen: Read only',
    );
    assert.equal(
      of('sec').rule('scope:clients/department.certain_departments/certain_departments'),
      'Department determines client › All active clients of certain departments › Which clients: Active clients now in certain departments',
    );
    assert.match(of('school').rule('cell:leerlingen/intern/ict'), /› ICT-coördinatoren: VB$/);
    assert.equal(of('sec').rule('made up'), 'made up');
    assert.equal(of('sec').gate('made up'), 'made up');
  });
});
