import { setTimeout as delay } from "node:timers/promises";
import { defaultPool, publishWork, streamNames, workSubject } from "@collm/events";
import { emptyFiller, fillQueue } from "@collm/events/testing";
import { until } from "../../support/poll.js";
import type { Disturbance } from "../disturbance.js";
import { extraWork } from "./extra-work.js";

const fullForMs = 2_000;

/** The queue takes no more work for a while. */
export const fullQueue: Disturbance = {
  name: "full stream",
  delayMs: fullForMs + 2_000,
  apply: async ({ connection }) => {
    await fillQueue(connection);
    await delay(fullForMs);
    await emptyFiller(connection);
  },
};

/** Work that was published before comes again: with its own message id, and with two others. */
export const duplicateWork: Disturbance = {
  name: "duplicated publish",
  delayMs: 1_000,
  apply: async ({ connection }, { requested, supernet }) => {
    const { contextDigest, name } = supernet;
    for (const { searchId, candidateId, canonical, key } of requested.slice(-12)) {
      const work = { searchId, candidateId, canonical, key, contextDigest, supernet: name };
      // An epoch of its own makes it new to the queue; held back by a full one, it is simply missing.
      for (const epoch of [0, 1, 2]) await publishWork(connection, defaultPool, { ...work, epoch });
    }
  },
};

/** What no evaluator can do anything with: no work at all, and work of an architecture that is none. */
export const poisonWork: Disturbance = {
  name: "poison work",
  delayMs: 1_000,
  apply: async ({ connection }, search) => {
    const { contextDigest } = search.supernet;
    search.expectLetter(`${streamNames.work}/`);
    const work = extraWork(search, "no architecture");
    // However full the queue is or NATS away: what is published without an answer would be lost.
    await until("room for the work", async () => {
      const { kind } = await publishWork(connection, defaultPool, work);
      return kind === "held-back" ? undefined : true;
    });
    connection.publish(workSubject(defaultPool, contextDigest), "no work");
    connection.publish(workSubject(defaultPool, contextDigest), JSON.stringify({ v: 99 }));
    await connection.flush();
  },
};
