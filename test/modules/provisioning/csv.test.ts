// Declarations in CSV files: the kinds, what spreadsheets make of them, and the places of their errors.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Noun } from '../../../src/modules/provisioning/provisioning.format.ts';
import { Problems } from '../../../src/modules/provisioning/problems.ts';
import { openDeclarations, textSource, type SourceFile } from '../../../src/modules/provisioning/sources.ts';
import { Readable } from 'node:stream';

const bytesSource = (name: string, bytes: Uint8Array): SourceFile => ({
  name,
  size: async () => bytes.byteLength,
  open: () => Readable.from([Buffer.from(bytes)]),
});

async function read<N extends Noun>(noun: N, source: SourceFile) {
  const problems = new Problems();
  const declarations = await openDeclarations([source], problems);
  const values: unknown[] = [];
  for await (const batch of declarations.batches(noun, 2)) values.push(...batch.map(({ value }) => value));
  const told = problems.list.map(({ place, path, code }) => `${place.line}:${place.column} ${path} ${code}`);
  return { values, told, counts: declarations.counts };
}

describe('CSV declarations', () => {
  test('people, with their affiliations in the same rows', async () => {
    const source = textSource(
      'people.csv',
      'userName;givenName;familyName;mail;identifiers.staff;organisation;type;from;until\r\n' +
        'An.Peeters;An;Peeters;an@x.example;A17;44021;employee;1/02/2026;\r\n' +
        ';;;;;;;;\r\n' +
        'bart;Bart;"Claes; junior";bart@x.example;;;;;\r\n',
    );
    assert.deepEqual(await read('people', source).then(({ values }) => values), [
      {
        userName: 'an.peeters',
        givenName: 'An',
        familyName: 'Peeters',
        mail: 'an@x.example',
        identifiers: { staff: '44021:A17' },
      },
      { userName: 'bart', givenName: 'Bart', familyName: 'Claes; junior', mail: 'bart@x.example' },
    ]);
    const affiliations = await read('affiliations', source);
    assert.deepEqual(affiliations.values, [
      { person: 'an.peeters', organisation: '44021', type: 'employee', from: '2026-02-01' },
    ]);
    assert.deepEqual(affiliations.told, []);
  });

  test('organisations with names, identifiers and attributes; null empties', async () => {
    const source = textSource(
      'organisations.csv',
      'Code,Name,names.fr,targetGroup,parent,identifiers.nis,attributes.inhabitants,attributes.postalCode\n' +
        '44021,Gent,Gand,LB,null,44021,263927,B-9000\n',
    );
    assert.deepEqual((await read('organisations', source)).values, [
      {
        code: '44021',
        name: 'Gent',
        names: { fr: 'Gand' },
        targetGroup: 'LB',
        parent: null,
        identifiers: { nis: '44021' },
        attributes: { inhabitants: 263927, postalCode: 'B-9000' },
      },
    ]);
  });

  test('assignments with several values of a context', async () => {
    const source = textSource(
      'assignments.csv',
      'person,organisation,application,right,contexts.module,until\nan,44021,counter,User,a | b,31-12-2026\n',
    );
    assert.deepEqual((await read('assignments', source)).values, [
      {
        person: 'an',
        organisation: '44021',
        application: 'counter',
        right: 'User',
        contexts: { module: ['a', 'b'] },
        until: '2026-12-31',
      },
    ]);
  });

  test('units and affiliations have files of their own', async () => {
    const units = textSource('u.csv', 'organisation;code;name;parent\n44021;ict;ICT;\n');
    assert.deepEqual((await read('units', units)).values, [
      { organisation: '44021', code: 'ict', name: 'ICT' },
    ]);
    const affiliations = textSource('a.csv', 'person;organisation;type;unit\nan;44021;external;ict\n');
    assert.deepEqual((await read('affiliations', affiliations)).values, [
      { person: 'an', organisation: '44021', type: 'external', unit: 'ict' },
    ]);
  });

  test('as Excel saves it: byte order mark, UTF-16, windows-1252, a sep line', async () => {
    const text = 'sep=;\r\ncode;name\r\n1;Liège\r\n';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    const latin = Buffer.from(text, 'latin1');
    for (const bytes of [Buffer.from(`\ufeff${text}`), utf16, latin]) {
      assert.deepEqual((await read('organisations', bytesSource('o.csv', bytes))).values, [
        { code: '1', name: 'Liège' },
      ]);
    }
  });

  test('errors name the line and the column of the table', async () => {
    const source = textSource(
      'people.csv',
      'userName;familyName;mail;language\nan;Peeters;an@x.example;nl\nbart;Claes;"not a\nmail";nl\ncarla;Maes;carla@x.example;sv\n',
    );
    const { values, told } = await read('people', source);
    assert.equal(values.length, 1);
    assert.deepEqual(told, ['3:3 people.mail invalid_mail', '5:4 people.language not_one_of']);
  });

  test('unknown columns and unknown kinds are refused', async () => {
    const typo = textSource('p.csv', 'userName;familynaam\nan;Peeters\n');
    assert.deepEqual((await read('people', typo)).told, ['1:2 familynaam csv_column_unknown']);
    const other = textSource('p.csv', 'colour;size\nred;4\n');
    assert.deepEqual((await read('people', other)).told, ['1:1  csv_kind_unknown']);
    const ragged = textSource('p.csv', 'userName;mail\nan;an@x.example;what\n');
    assert.deepEqual((await read('people', ragged)).told, ['2:1  file_row_length']);
  });
});
