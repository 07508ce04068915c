import { AppError } from '../model/app-error.ts';

/** A downloaded feed that cannot be used: what was used before stays. */
export class FeedRejected extends AppError {
  readonly feed: string;
  /** The message without the feed's name. */
  readonly reason: string;

  constructor(feed: string, reason: string, cause?: unknown) {
    super('blob-corrupt', `the feed ${feed} is not usable: ${reason}`, { cause });
    this.name = 'FeedRejected';
    this.feed = feed;
    this.reason = reason;
  }
}
