// Answers with a list as a file. An error halfway breaks the connection, so that half a file never passes for a whole one.
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { writeCsv, type CsvColumn } from '../platform/files/csv.ts';
import type { Table, TableCell } from './view-models.ts';

/** @param name of the file, without its ending */
export async function sendCsv<Row>(
  res: Response,
  name: string,
  rows: AsyncIterable<Row> | Iterable<Row>,
  columns: readonly CsvColumn<Row>[],
): Promise<void> {
  res.type('text/csv').attachment(`${name}.csv`);
  await pipeline(writeCsv(rows, columns), res);
}

type Row = Table['rows'][number];

/** For lists that a page shows whole: the table as the page has it, a second line of a cell in a column of its own. */
export async function sendTable(res: Response, name: string, table: Table): Promise<void> {
  const cellOf = (row: Row, key: string): TableCell => {
    const cell = row.cells[key];
    return typeof cell === 'object' ? cell : { text: String(cell ?? '') };
  };
  const columns = table.columns
    .filter(({ hidden }) => !hidden)
    .flatMap(({ key, text }): CsvColumn<Row>[] => {
      const first = { header: text, value: (row: Row) => cellOf(row, key).text ?? '' };
      const second = { header: '', value: (row: Row) => cellOf(row, key).sub ?? '' };
      return table.rows.some((row) => cellOf(row, key).sub) ? [first, second] : [first];
    });
  await sendCsv(res, name, table.rows, columns);
}
