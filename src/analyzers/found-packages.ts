import { z } from 'zod';
import type { Finding } from '../model/layer-report.ts';
import type { Package } from '../model/package.ts';
import { isPackageText } from './package-text.ts';

/** The largest monorepos lock some 10,000; a hostile file must not fill a report for its layer alone. */
const MAX_PACKAGES = 50_000;
const Named = z.object({ name: z.string() });

/** What one file says is there, each name and version once, and what of it could not be read. */
export class FoundPackages {
  readonly #origin: Pick<Package, 'ecosystem' | 'evidence'>;
  readonly #findings = new Map<string, Finding>();
  #unread = 0;
  #firstUnread = '';
  #leftOut = false;

  constructor(origin: Pick<Package, 'ecosystem' | 'evidence'>) {
    this.#origin = origin;
  }

  /** Anything but texts that can be a name and a version counts as unread; `entry` is what the file calls it. */
  add(name: unknown, version: unknown, entry: unknown = name): void {
    if (typeof name !== 'string' || typeof version !== 'string' || !isPackageText(name) || !isPackageText(version)) {
      this.unread(entry);
      return;
    }
    const key = `${name}\0${version}`;
    if (this.#findings.size >= MAX_PACKAGES && !this.#findings.has(key)) this.#leftOut = true;
    else this.#findings.set(key, { kind: 'package', package: { ...this.#origin, name, version } });
  }

  /** `entry` is what the file calls it, or what it holds. */
  unread(entry: unknown): void {
    this.#unread++;
    if (this.#unread === 1) this.#firstUnread = describe(entry).slice(0, 100);
  }

  /** The findings; tells `problem` what is not among them. */
  build(problem: (message: string) => void): readonly Finding[] {
    if (this.#unread > 0) {
      const entries = this.#unread === 1 ? '1 entry' : `${this.#unread} entries`;
      problem(`${entries} without a valid name and version; the first is ${JSON.stringify(this.#firstUnread)}`);
    }
    if (this.#leftOut) problem(`there are more than ${MAX_PACKAGES} packages; the rest is left out`);
    return [...this.#findings.values()];
  }
}

function describe(entry: unknown): string {
  if (typeof entry === 'string') return entry;
  return Named.safeParse(entry).data?.name ?? typeof entry;
}
