import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CollmError, fileError, withFile } from "@collm/errors";

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Attempts in a row that bring nothing new before it is given up. Default 8. */
  readonly attempts?: number | undefined;
  /** Longest wait before the second of them; doubles each time, up to 30 s. Default 1,000 ms. */
  readonly backoffMs?: number | undefined;
  /** How long nothing may come before a connection counts as broken. Default 60,000 ms. */
  readonly stallMs?: number | undefined;
  /** Told in one sentence that something failed and is tried again. */
  readonly onProblem?: ((problem: string) => void) | undefined;
}

const maxWaitMs = 30_000;
const retriedStatuses = [408, 425, 429];

/** What may succeed later. */
class BrokenDownload extends Error {}

/**
 * Writes what a URL holds to a file. What is in the file already is taken for its beginning, and where
 * the server knows ranges only the rest is asked for; connections that break are made again.
 *
 * @returns whether some of it was there or came over another connection, so that it may be of another version
 * @throws CollmError unavailable after the last attempt, failed-precondition where the server refuses it,
 * cancelled, or what is wrong with the file
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions,
): Promise<boolean> {
  const { signal, attempts = 8, backoffMs = 1_000, onProblem = () => undefined } = options;
  for (let failures = 0, isPatched = false; ; ) {
    const had = await sizeOf(path);
    try {
      const from = await attempt(url, path, had, options);
      return isPatched || from > 0;
    } catch (error) {
      if (signal.aborted) throw new CollmError("cancelled", `${shownUrl(url)}: stopped`);
      if (!(error instanceof BrokenDownload)) throw error;
      const has = await sizeOf(path);
      isPatched ||= has > 0;
      failures = has > had ? 1 : failures + 1;
      const problem = `${shownUrl(url)}: ${error.message}`;
      if (failures >= attempts) {
        throw new CollmError("unavailable", `${problem} (${failures} attempts)`);
      }
      const waitMs = Math.min(maxWaitMs, backoffMs * 2 ** (failures - 1)) * between(0.5, 1);
      onProblem(`${problem}; again in ${(waitMs / 1000).toFixed(1)} s`);
      await wait(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The URL without its query, which may hold a signature. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** @returns the offset that it was written from */
async function attempt(
  url: string,
  path: string,
  had: number,
  { signal, stallMs = 60_000 }: DownloadOptions,
): Promise<number> {
  const stalled = new AbortController();
  const reason = new BrokenDownload(`nothing came for ${stallMs / 1000} s`);
  const timer = setTimeout(() => stalled.abort(reason), stallMs);
  try {
    const source = await openSource(url, had, AbortSignal.any([signal, stalled.signal]));
    if (source === undefined) return had;
    const { from, pieces } = source;
    await writePieces(path, from, pieces, () => timer.refresh());
    return from;
  } finally {
    clearTimeout(timer);
  }
}

interface Source {
  readonly from: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Undefined where the file has everything already, as far as the server can say. */
async function openSource(
  url: string,
  had: number,
  signal: AbortSignal,
): Promise<Source | undefined> {
  if (url.startsWith("file:")) {
    return { from: 0, pieces: readLocal(fileURLToPath(url), signal) };
  }
  const range: Record<string, string> = had > 0 ? { range: `bytes=${had}-` } : {};
  const response = await fetch(url, {
    // Compressed on the way it would have no ranges.
    headers: { "accept-encoding": "identity", ...range },
    signal,
  }).catch(brokenBy);
  const { status } = response;
  if (status === 416 && had > 0) {
    await response.body?.cancel();
    return undefined;
  }
  if (status !== 200 && status !== 206) {
    await response.body?.cancel();
    if (retriedStatuses.includes(status) || status >= 500) {
      throw new BrokenDownload(`status ${status}`);
    }
    throw new CollmError("failed-precondition", `${shownUrl(url)}: status ${status}`);
  }
  const from = status === 206 ? startOf(response.headers.get("content-range")) : 0;
  if (from !== had && from !== 0) {
    await response.body?.cancel();
    throw new CollmError(
      "failed-precondition",
      `${shownUrl(url)}: the server sent other bytes than those from ${had} on`,
    );
  }
  return { from, pieces: received(response) };
}

/** Of `bytes 100-199/200`; NaN for anything else. */
function startOf(contentRange: string | null): number {
  return Number(/^bytes (\d+)-/.exec(contentRange ?? "")?.[1] ?? Number.NaN);
}

async function* received({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    yield* body;
  } catch (error) {
    brokenBy(error);
  }
}

async function* readLocal(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { signal });
  } catch (error) {
    throw fileError("file", path, error);
  }
}

function brokenBy(error: unknown): never {
  if (error instanceof BrokenDownload) throw error;
  // What went wrong is said by the cause of "fetch failed".
  const { message, cause } = error as Error;
  throw new BrokenDownload(cause instanceof Error ? cause.message || message : message);
}

async function writePieces(
  path: string,
  from: number,
  pieces: AsyncIterable<Uint8Array>,
  onPiece: () => void,
): Promise<void> {
  const file = await withFile("file", path, () => open(path, from > 0 ? "r+" : "w"));
  try {
    let position = from;
    for await (const piece of pieces) {
      onPiece();
      await withFile("file", path, () => writeAll(file, piece, position));
      position += piece.byteLength;
    }
    await withFile("file", path, () => file.sync());
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await file.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten;
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Those who failed together do not all come back together. */
function between(low: number, high: number): number {
  return low + Math.random() * (high - low);
}
