/** A JSON schema, as ajv takes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** A request as an API got it. */
export interface AskedRequest {
  readonly method: string;
  readonly url: URL;
  header(name: string): string | undefined;
  readonly body: string;
}

export interface Parameter {
  readonly required: boolean;
  readonly schema: Schema;
}

/** One call of a vendor's API, as its published description has it. */
export interface Operation {
  /** `GET /projects` */
  readonly name: string;
  matches(request: AskedRequest): boolean;
  readonly query: Readonly<Record<string, Parameter>>;
  /** Of what is sent as JSON or as a form; absent: nothing is. */
  readonly body?: Schema;
  /** Of bodies, by status or `default`; undefined where nothing is said of them. */
  readonly answers: Readonly<Record<string, Schema | undefined>>;
}
