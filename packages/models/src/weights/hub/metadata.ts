import { WeightsError } from '../weights-error.ts';
import type { HubFile } from './cache.ts';
import { HubFailure, refusal } from './failure.ts';
import type { Answer, HttpClient, Question } from './http.ts';

/** What the hub announces of a file before it is downloaded. */
export interface HubMetadata {
  /** The commit that `main` is at. */
  commit: string;
  /** SHA-256 of a large file; git's SHA-1 of a small one. */
  hash: string;
  /** Bytes. */
  size: number;
}

/** Address of a file at a revision. @throws WeightsError when the endpoint is not a web address. */
export function fileUrl(endpoint: string, { repo, file }: HubFile, revision = 'main'): URL {
  const address = `${endpoint}/${repo}/resolve/${revision}/${file}`;
  if (!/^https?:/i.test(address) || !URL.canParse(address)) {
    throw new WeightsError(
      'network',
      `HF_ENDPOINT must be a web address such as https://hf-mirror.com, not '${endpoint}'`,
    );
  }
  return new URL(address);
}

/**
 * Asks for commit, hash and size. The hub gives them with the redirect to its storage, which is not followed then.
 *
 * @throws HubFailure when the server says no or is not a hub.
 */
export async function fetchMetadata(
  client: HttpClient,
  url: URL,
  question: Pick<Question, 'token' | 'signal'>,
): Promise<HubMetadata> {
  const answer = await client.ask(url, { ...question, method: 'HEAD' }, isAnnouncement);
  answer.body.destroy();
  if (answer.status >= 400) throw refusal(answer);
  const { headers } = answer;
  const commit = headers.get('x-repo-commit') ?? '';
  const hash = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '')
    .replace(/^W\//, '')
    .replaceAll('"', '')
    .toLowerCase();
  // The length of a redirect is that of its own body.
  const length = answer.status < 300 ? headers.get('content-length') : undefined;
  const size = Number(headers.get('x-linked-size') ?? length ?? Number.NaN);
  // Both become names of files.
  if (
    !/^[0-9a-f]{40}$/.test(commit) ||
    !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) ||
    !Number.isSafeInteger(size) ||
    size < 0
  ) {
    throw new HubFailure(
      'not-a-hub',
      `${answer.url.host} does not announce the file's commit, size and hash as a Hugging Face hub or mirror does ` +
        '(a login page of the network?)',
    );
  }
  return { commit, hash, size };
}

/** Only large files have a hash of their own; a moved repository redirects before it announces anything. */
function isAnnouncement({ headers }: Answer): boolean {
  return headers.has('x-linked-etag') && headers.has('x-repo-commit');
}
