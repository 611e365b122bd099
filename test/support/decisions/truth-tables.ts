// The truth tables of all worlds.
import type { WorldName } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import type { Check } from './checks.ts';
import { truthOfEcase } from './truth-ecase.ts';
import { truthOfExact } from './truth-exact.ts';
import { truthOfSchool } from './truth-school.ts';
import { truthOfSec } from './truth-sec.ts';

export const truthTables: Readonly<Record<WorldName, readonly Check[]>> = {
  sec: truthOfSec,
  school: truthOfSchool,
  exact: truthOfExact,
  ecase: truthOfEcase,
};
