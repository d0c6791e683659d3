// What the types of the shop's events are. It compiles, or the test fails.

import type { StandardSchemaV1 } from "@standard-schema/spec";

import {
  type EventMap,
  type EventMatching,
  type EventOf,
  type EventType,
  OrderPlaced,
  OrderPlacedEvent,
  type OrderEvent,
  type OrderStatus,
  OrderStatusValues,
  type ParsedEvent,
  type PaymentEvent,
  type ShopEvent,
  type UnknownEvent,
  parseEvent,
} from "./shop/index.js";

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function is<_ extends true>(): void {}

is<Same<EventOf<"order.placed">, OrderPlacedEvent>>();
is<Same<EventMatching<"order.placed">, OrderPlacedEvent>>();
is<Same<EventMatching<"order.*">["type"], OrderEvent["type"]>>();
is<Same<EventMatching<"*">["type"], EventType>>();
is<Same<EventMatching<"stock.*">, never>>();
is<Same<EventMap[EventType]["type"], ShopEvent["type"]>>();
is<Same<OrderPlacedEvent["dataversion"], 1>>();
is<Same<OrderPlaced["items"], readonly { readonly quantity: number; readonly sku: string }[]>>();
is<Same<(typeof OrderStatusValues)[number], OrderStatus>>();
is<Same<Extract<ParsedEvent, { kind: "older" }>["event"], never>>();
is<Same<Extract<ParsedEvent, { kind: "unknown" }>["event"], UnknownEvent>>();

const record: Record<string, unknown> = {} as OrderPlaced;
record["items"];

/** Every kind of event is named. */
export function exhaustive(event: OrderEvent | PaymentEvent): string {
  switch (event.type) {
    case "order.placed":
    case "order.shipped":
    case "order.delivered":
    case "order.cancelled":
      return event.data.order_id;
    case "payment.initiated":
    case "payment.completed":
    case "payment.failed":
    case "payment.refunded":
      return event.data.payment_id;
  }
}

/** Every outcome is, and each has what it has. */
export function outcome(input: unknown): string {
  const parsed = parseEvent(input);
  switch (parsed.kind) {
    case "event":
      return parsed.event.type === "order.placed" ? parsed.event.data.order_id : parsed.event.id;
    case "older":
      return parsed.event;
    case "unknown":
      return parsed.event.type;
    case "invalid":
      return parsed.issues.map((issue) => issue.message).join();
  }
}

export function narrowed(value: unknown): string | undefined {
  return OrderPlaced.is(value) ? value.order_id : undefined;
}

export const standard: StandardSchemaV1<unknown, OrderPlaced> = OrderPlaced;
is<Same<StandardSchemaV1.InferOutput<typeof OrderPlacedEvent>, OrderPlacedEvent>>();

const order = OrderPlaced.parse({});
// @ts-expect-error Events are as they were.
order.order_id = "another";
// @ts-expect-error Lists too.
order.items.push({ quantity: 1, sku: "a" });
// @ts-expect-error There is no such status.
export const status: OrderStatus = "lost";
// @ts-expect-error There is no such event.
export type Lost = EventOf<"order.lost">;
