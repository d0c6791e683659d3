// A feed of the shop's events for people. The switch names every type: a new event in Rust, once generated, does not
// compile here until it has a line of its own.

import { type EventOf, type EventType, type Item, parseEvent, type ShopEvent } from "../generated/events.ts";

/** The events in lines of JSON, those of newer code left out. */
export function read(lines: string): readonly ShopEvent[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const parsed = parseEvent(JSON.parse(line));
      switch (parsed.kind) {
        case "event":
          return [parsed.event];
        case "older":
          return parsed.event; // There are no former versions: the first of them does not compile here.
        case "unknown":
          return [];
        case "invalid":
          throw new Error(`${line}: ${parsed.issues.map(({ message }) => message).join()}`);
      }
    });
}

/** One line for one event. */
export function line(event: ShopEvent): string {
  switch (event.type) {
    case "order.placed":
      return `order ${event.data.order_id} placed: ${pieces(event.data.items)} pieces`;
    case "order.shipped":
      return `order ${event.data.order_id} shipped`;
    case "order.delivered":
      return `order ${event.data.order_id} delivered`;
    case "order.cancelled":
      return `order ${event.data.order_id} cancelled while ${event.data.status}`;
    case "payment.initiated":
    case "payment.completed":
    case "payment.failed":
    case "payment.refunded":
      return `${event.type}: ${money(event)}`;
    case "system.started":
    case "system.stopped":
    case "system.health":
      return `${event.type}: ${Object.keys(event.data.details).join(", ")}`;
    case "user.created":
    case "user.updated":
    case "user.deleted":
      return `${event.type}: ${event.data.email ?? "no address"}`;
    default:
      return missing(event);
  }
}

/** How often each type occurs. */
export function tally(events: readonly ShopEvent[]): ReadonlyMap<EventType, number> {
  const counts = new Map<EventType, number>();
  for (const event of events) {
    counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
  }
  return counts;
}

/** The orders that were placed, typed as what they are. */
export function placed(events: readonly ShopEvent[]): readonly EventOf<"order.placed">[] {
  return events.filter((event) => event.type === "order.placed");
}

type Payment = EventOf<"payment.initiated" | "payment.completed" | "payment.failed" | "payment.refunded">;

function money(event: Payment): string {
  return `${(event.data.amount / 100).toFixed(2)} ${event.data.currency}`;
}

function pieces(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + item.quantity, 0);
}

function missing(event: never): never {
  throw new Error(`no line for ${JSON.stringify(event)}`);
}
