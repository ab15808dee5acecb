import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "@collm/errors";
import { makeDirectory, writeNewFile } from "@collm/journal";
import { digestOf, formatRecording, parseRecording, type Recording } from "./recording.js";

/** A recording and its file's name. */
export interface RecordedFile extends Recording {
  readonly file: string;
}

/** A folder that recordings are added to. */
export interface RecordingFolder {
  /** Resolves once it is durable, in a file of its own. */
  add(recording: Recording): Promise<void>;
}

/** `0012-3f9c2a1b7d04.json`: a number, so that names sort by time, and the request's digest. */
const namePattern = /^(\d{4,})-[0-9a-f]{12}\.json$/;

/**
 * Opens a folder of recordings, or makes it. Any number of processes may add to it at once.
 *
 * @param hide takes keys out of a text
 * @throws CollmError that names the folder, if it cannot be written to
 */
export async function openRecordingFolder(
  folder: string,
  hide: (text: string) => string,
): Promise<RecordingFolder> {
  try {
    await makeDirectory(folder);
  } catch (error) {
    throw fileError("recordings", folder, error);
  }
  return {
    add: async (recording) => {
      const text = formatRecording(recording, hide);
      try {
        // Others may have added some; of equal requests the later one has the higher number.
        let number = (await numbersIn(folder)).reduce((a, b) => Math.max(a, b), 0);
        let isWritten = false;
        while (!isWritten) {
          number++;
          const name = `${String(number).padStart(4, "0")}-${digestOf(recording.request)}.json`;
          isWritten = await writeNewFile(
            join(folder, name),
            text,
            join(folder, `.${randomUUID()}`),
          );
        }
      } catch (error) {
        throw fileError("recordings", folder, error);
      }
    },
  };
}

/**
 * Reads all recordings of a folder, oldest first.
 *
 * @throws CollmError not-found if there is no such folder; data-loss naming a damaged file
 */
export async function readRecordings(folder: string): Promise<readonly RecordedFile[]> {
  try {
    const names = (await readdir(folder)).filter((name) => namePattern.test(name));
    const inOrder = names.sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
    const recordings: RecordedFile[] = [];
    for (const file of inOrder) {
      const path = join(folder, file);
      recordings.push({ file, ...parseRecording(path, await readFile(path, "utf8")) });
    }
    return recordings;
  } catch (error) {
    throw fileError("recordings", folder, error);
  }
}

async function numbersIn(folder: string): Promise<readonly number[]> {
  return (await readdir(folder)).filter((name) => namePattern.test(name)).map(numberOf);
}

function numberOf(name: string): number {
  return Number(namePattern.exec(name)?.[1] ?? 0);
}
