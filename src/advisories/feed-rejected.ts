import { AppError } from '../model/app-error.ts';

/** A downloaded feed that cannot be used: what was used before stays. */
export class FeedRejected extends AppError {
  readonly feed: string;

  constructor(feed: string, message: string, cause?: unknown) {
    super('blob-corrupt', `the feed ${feed} is not usable: ${message}`, { cause });
    this.name = 'FeedRejected';
    this.feed = feed;
  }
}
