//! Finds cookies by exact name among whatever other applications of the same host left there.

/// The values of all cookies with exactly this name, as they were sent.
pub(crate) fn values<'a>(headers: &[&'a str], name: &str) -> Vec<&'a str> {
    let pairs = headers
        .iter()
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(key, _)| key.trim_matches([' ', '\t']) == name)
        .map(|(_, v)| v.trim_matches([' ', '\t']))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crd_03_the_right_cookie_is_found_in_any_company() {
        let noise = (0..100).map(|n| format!("c{n}=\"a=b\"")).collect::<Vec<_>>().join("; ");
        let header = format!("{noise};;=x; é=ü ;noequals;  __Host-auth =tok=en ; Auth=no;xauth=no");
        assert_eq!(values(&[&header], "__Host-auth"), ["tok=en"]);
        assert_eq!(values(&[&header], "auth"), [""; 0]);
    }

    #[test]
    fn crd_02_a_cookie_sent_twice_gives_both_values() {
        assert_eq!(values(&["auth=1; auth=2", "auth=3"], "auth"), ["1", "2", "3"]);
    }
}
