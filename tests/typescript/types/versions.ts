// What the types of events that have grown are.

import {
  type Channel,
  ChannelValues,
  type EventType,
  type OlderEvent,
  type OrderPlaced,
  type OrderPlacedV2,
  type OrderPlacedV2Event,
  type ParsedEvent,
  type Payment,
} from "./versions/index.js";

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function is<_ extends true>(): void {}

is<Same<OlderEvent, OrderPlacedV2Event>>();
is<Same<Extract<ParsedEvent, { kind: "older" }>["event"]["dataversion"], 2>>();
is<Same<keyof OrderPlacedV2["items"][number], "sku" | "quantity">>();
is<Same<OrderPlacedV2["price"], OrderPlaced["price"]>>();
is<Same<Extract<EventType, "cart.ordered">, never>>();

// What is filled in is there, and what is left out where it is null is not null.
is<Same<OrderPlaced["coupon"], string | null>>();
is<Same<OrderPlaced["parcels"], number>>();
is<Same<OrderPlaced["notes"], { readonly [key: string]: string }>>();
type Optional<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
is<Same<Optional<OrderPlaced>, "gift" | "tags">>();

// Any text is a channel, and those that are known are offered.
export const channel: Channel = "fax";
is<Same<(typeof ChannelValues)[number], "web" | "phone" | "other">>();

/** The choice stays closed, so that it is narrowed. */
export function digits(payment: Payment): string | number {
  switch (payment.kind) {
    case "card":
      return payment.digits;
    case "voucher":
      return payment.cents;
    case "other":
      return 0;
  }
}
