// Each table becomes a gate that is open to whoever no list speaks of. Lists of several roles add up; a role without a list
// lifts nothing; a table that is switched off restricts nobody.
import { never } from '../condition.model.ts';
import type { Gate, Rule } from '../rights-model.model.ts';
import type { RecordListsForm, RecordTable } from './record-lists.form.ts';
import { namesOfGroup, type Vocabulary } from './vocabulary.form.ts';

function rulesOfTable(form: RecordListsForm, table: RecordTable, vocabulary: Vocabulary): Rule[] {
  const lists = form.lists.filter((list) => list.table === table.id);
  return lists.flatMap((list): Rule[] => {
    const groups = namesOfGroup(vocabulary, list.role);
    // The list itself addresses its people, so that an empty one holds them to nothing.
    if (list.codes.length === 0) {
      return [{ id: `list:${form.id}/${list.role}/${table.id}`, effect: 'permit', groups, when: never }];
    }
    return list.codes.map((line) => ({
      id: `line:${form.id}/${list.role}/${table.id}/${line.code}`,
      effect: 'permit',
      groups,
      when: { like: [{ resource: table.attribute }, { const: [line.code] }] },
    }));
  });
}

export function compileRecordLists(form: RecordListsForm, vocabulary: Vocabulary): Gate[] {
  return form.tables
    .filter((table) => table.active)
    .map((table) => ({
      id: `${form.id}/${table.id}`,
      types: [table.type],
      actions: table.actions,
      silence: 'permit-unless-addressed',
      rules: rulesOfTable(form, table, vocabulary),
    }));
}
