/** One page of a list action. */
export interface ListAnswer<Row> {
  readonly List: readonly Row[];
  readonly TotalCount: number;
}

const PAGE_SIZE = 100; // the API's limit

/** All rows, page after page, up to `limit`. */
export async function readAllPages<Row>(
  read: (page: { readonly Limit: number; readonly Offset: number }) => Promise<ListAnswer<Row>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly Row[]> {
  return (await readPages(read, limit)).rows;
}

/** The same with the number of rows there are. */
export async function readPages<Row>(
  read: (page: { readonly Limit: number; readonly Offset: number }) => Promise<ListAnswer<Row>>,
  limit: number,
): Promise<{ readonly rows: readonly Row[]; readonly total: number }> {
  const rows: Row[] = [];
  for (;;) {
    const page = await read({ Limit: Math.min(PAGE_SIZE, limit - rows.length), Offset: rows.length });
    rows.push(...page.List);
    if (page.List.length === 0 || rows.length >= Math.min(limit, page.TotalCount))
      return { rows, total: page.TotalCount };
  }
}
