import type { ScanReport } from '../scan/scan-report.ts';

/** A form in which a scan of one image is written: one file in `formats/`. */
export interface ReportFormat {
  /** As `scan -o` names it. */
  readonly name: string;
  /** For the help and the reference. */
  readonly description: string;
  /**
   * The whole file, ending with a line end where there is anything. The same arguments give the same bytes. Every text of
   * the report is hostile: it neither acts on a terminal nor on whoever reads the format.
   */
  render(report: ScanReport, options: RenderOptions): Promise<string>;
}

export interface RenderOptions {
  /** Version of Plimsoll. */
  readonly version: string;
  readonly createdAt: Date;
  /** Also list what is left out, where the format has no place of its own for it. */
  readonly showSuppressed: boolean;
}
