// The evaluator and an independent reading of the same forms by Cedar give the same answers on random facts; so does the decision
// with the record left open.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCondition } from '../../../src/modules/decisions/condition.evaluate.ts';
import { foldDecision } from '../../../src/modules/decisions/decision.fold.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { CedarReading } from '../../support/decisions/cedar.ts';
import { randomQuestions } from '../../support/decisions/random-questions.ts';

for (const name of worldNames) {
  test(`${name}: Cedar answers alike`, () => {
    const { forms } = readWorld(name);
    const evaluator = new Evaluator(compileForms(forms));
    const oracle = new CedarReading(forms, name);
    const questions = randomQuestions(name, 1000);
    let allowed = 0;
    for (const question of questions) {
      const answer = evaluator.decide(question);
      if (answer.allowed) allowed++;
      assert.equal(answer.allowed, oracle.allows(question), JSON.stringify({ question, answer }, null, 2));
    }
    // Were nearly everything denied, agreeing would say little.
    assert.ok(allowed > questions.length / 20, `${allowed} of ${questions.length} allowed`);
  });
}

for (const name of worldNames) {
  test(`${name}: the folded decision answers alike`, () => {
    const model = compileForms(readWorld(name).forms);
    const evaluator = new Evaluator(model);
    for (const question of randomQuestions(name, 500, 7)) {
      const folded = foldDecision(model, question.resource.type, question.action, question);
      const answer = compileCondition(folded)(question);
      assert.equal(answer, evaluator.decide(question).allowed, JSON.stringify({ question, folded }, null, 2));
    }
  });
}
