/**
 * How messages are waited for. A server that was killed has lost who waited: two heartbeats that stay
 * away tell, and the consumer is made again. By default that takes half a minute.
 */
export const consuming = { expires: 10_000, idle_heartbeat: 1_000 } as const;
