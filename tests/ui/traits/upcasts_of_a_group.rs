use eventbus_runtime::testing::assert_upcasts;

pub fn upcasts() {
    let _ = assert_upcasts::<shop_events::OrderEvent>(1, "{}");
}
