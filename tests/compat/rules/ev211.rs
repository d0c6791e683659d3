//! EV211: a text has another format.

crate::rules::change! {
    old { Placed { id: u64, n: std::net::IpAddr } }
    new { Placed { id: u64, n: std::net::Ipv4Addr } }
}
