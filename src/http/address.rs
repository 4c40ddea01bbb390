//! Which addresses belong to the Internet at large (IANA's special-purpose registries for IPv4 and IPv6).
//!
//! Pure. Never resolves a name: an address is judged, whoever told it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the Internet at large: first address and length of the prefix.
const SPECIAL_V4: &[([u8; 4], u32)] = &[
    // This network, private, shared by carriers, loopback, link-local (and the metadata services of clouds).
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // One cloud's way to the machine below, on an address that looks public.
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    // Protocol assignments, documentation, the old 6to4 relays, private, benchmarks.
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast, reserved, broadcast.
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// IPv6 networks within 2000::/3 that are not the Internet at large.
const SPECIAL_V6: &[([u16; 8], u32)] = &[
    // Protocol assignments with Teredo, benchmarks and ORCHID; documentation; 6to4; documentation.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// Whether the address is one of the Internet at large. An IPv6 address that stands for an IPv4 one (mapped, or NAT64
/// by its well-known prefix) is judged as that; 6to4 and Teredo, which lead through somebody else, are refused.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match stands_for(address) {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !SPECIAL_V4.iter().any(|(network, length)| {
        let network = Ipv4Addr::from(*network).to_bits();
        (bits ^ network).leading_zeros() >= *length
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let within = |network: Ipv6Addr, length: u32| (bits ^ network.to_bits()).leading_zeros() >= length;
    let global = within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
    global && !SPECIAL_V6.iter().any(|(network, length)| within(Ipv6Addr::from(*network), *length))
}

/// The IPv4 address that is reached through this one: `::ffff:0:0/96` and `64:ff9b::/96`.
fn stands_for(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [first, second, 0, 0, 0, fifth, high, low] = address.segments() else { return None };
    let is_mapped = (first, second, fifth) == (0, 0, 0xffff);
    let is_nat64 = (first, second, fifth) == (0x64, 0xff9b, 0);
    (is_mapped || is_nat64).then(|| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().expect(text))
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:200::1",
            "2a00:1450:4001:81b::200e",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(public(text), "{text}");
        }
    }

    #[test]
    fn loopback_private_link_local_and_every_other_special_range_is_not_public() {
        for text in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.1",
            "100.64.0.0",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.7",
            "192.88.99.1",
            "192.168.178.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.3",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::10.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:0:53aa:64c::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:0a00:0001::1",
            "2002:0808:0808::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_address_within_a_special_network_is_public(which in 0..SPECIAL_V4.len(), rest in any::<u32>()) {
            let (network, length) = SPECIAL_V4[which];
            let host = if length == 32 { 0 } else { rest & (u32::MAX >> length) };
            let address = Ipv4Addr::from_bits(Ipv4Addr::from(network).to_bits() | host);
            prop_assert!(!is_public(IpAddr::V4(address)), "{address}");
            let [a, b, c, d] = address.octets();
            let low = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
            let mapped = Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, low[0], low[1]);
            let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, low[0], low[1]);
            prop_assert!(!is_public(IpAddr::V6(mapped)) && !is_public(IpAddr::V6(nat64)), "{address}");
        }

        #[test]
        fn what_the_standard_library_calls_special_is_never_public(bits in any::<u32>()) {
            let address = Ipv4Addr::from_bits(bits);
            let special = address.is_loopback() || address.is_private() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified();
            prop_assert!(!(special && is_public(IpAddr::V4(address))), "{address}");
        }

        #[test]
        fn only_global_unicast_can_be_public_in_the_new_protocol(bits in any::<u128>()) {
            let address = Ipv6Addr::from_bits(bits);
            let global = address.segments()[0] & 0xe000 == 0x2000;
            let special = address.is_loopback() || address.is_multicast() || address.is_unspecified()
                || address.is_unique_local() || address.is_unicast_link_local();
            prop_assert!(global || stands_for(address).is_some() || !is_public(IpAddr::V6(address)), "{address}");
            prop_assert!(!(special && is_public(IpAddr::V6(address))), "{address}");
        }
    }
}
