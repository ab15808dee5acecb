import { carriedBy, carriedIn, inSpan, messaging, noSpan } from "@collm/tracing";
import type { JsMsg } from "@nats-io/jetstream";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { SpanKind } from "@opentelemetry/api";
import { anyWorkSubject, streamNames } from "./names.js";

/** All subjects of work; each names a pool and an evaluation context by its digest. */
const template = anyWorkSubject;

/**
 * Publishes one message of work as a span, if it is part of a trace, whose headers tell whoever takes it.
 *
 * @param publish given the headers to send; none outside a trace
 */
export async function inSendSpan<T>(
  subject: string,
  messageId: string,
  publish: (options: { headers?: MsgHdrs }) => Promise<T>,
): Promise<T> {
  const attributes = attributesOf("send", subject, { [messaging.messageId]: messageId });
  const options = { kind: SpanKind.PRODUCER, attributes };
  return await inSpan(`send ${template}`, options, async (span) => {
    if (span === noSpan) return await publish({});
    const carried = headers();
    for (const [name, value] of Object.entries(carriedBy(span))) carried.set(name, value);
    return await publish({ headers: carried });
  });
}

/** Does the work of one delivery as a span, part of the trace that the message came from. */
export async function inProcessSpan<T>(message: JsMsg, work: () => Promise<T>): Promise<T> {
  const { consumer, deliveryCount, streamSequence } = message.info;
  const parent = carriedIn((name) => message.headers?.get(name) || undefined);
  const attributes = attributesOf("process", message.subject, {
    [messaging.consumerGroup]: consumer,
    [messaging.messageId]: `${streamNames.work}/${streamSequence}`,
    [messaging.bodySizeBytes]: message.data.length,
    [messaging.deliveries]: deliveryCount,
  });
  const options = { kind: SpanKind.CONSUMER, attributes, parent };
  return await inSpan(`process ${template}`, options, work);
}

function attributesOf(
  operation: "send" | "process",
  subject: string,
  more: Readonly<Record<string, string | number>>,
) {
  return {
    [messaging.system]: "nats",
    [messaging.operationName]: operation,
    [messaging.operationType]: operation,
    [messaging.destination]: subject,
    [messaging.destinationTemplate]: template,
    ...more,
  };
}
