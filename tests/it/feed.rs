//! Feeds as publishers make them, followed and kept.

use std::collections::BTreeSet;

use mediary::demo::Rendition;
use mediary_tests::{Platform, Publisher, Random, SmallDisk, events_of};
use serde_json::{Value, json};

/// A platform, and a publisher who has sound to publish.
async fn with_publisher() -> (Platform, Publisher, Vec<u8>) {
    let (platform, publisher) = (Platform::start().await, Publisher::start().await);
    let sound = platform.served("talks-1", Rendition::AudioMp3).await;
    (platform, publisher, sound)
}

fn item(title: &str, guid: &str, address: &str) -> String {
    let address = address.replace('&', "&amp;");
    format!(
        "<item><title>{title}</title><guid>{guid}</guid><enclosure url=\"{address}\" type=\"audio/mpeg\"/></item>"
    )
}

async fn keep_all(platform: &Platform, playlist_id: &str) -> Value {
    let story = platform.client.start_download(json!({ "playlistId": playlist_id }), "best").await;
    platform.client.wait_story(&story).await
}

// Field 01: the tool stored the first address for ever, and each later episode was "expired".
#[tokio::test(flavor = "multi_thread")]
async fn an_episode_is_fetched_from_the_address_that_its_feed_says_now() {
    let (platform, publisher, sound) = with_publisher().await;
    let episodes = |token: &str| -> String {
        (1..=2)
            .map(|n| item(&format!("Ep {n}"), &n.to_string(), &format!("/ep{n}.mp3?token={token}")))
            .collect()
    };
    publisher.put_feed("/feed", "Show", &episodes("A"));
    let playlist_id = platform.client.follow(&publisher.url("/feed")).await;
    publisher.put_feed("/feed", "Show", &episodes("B"));
    for n in 1..=2 {
        publisher.forbid(&format!("/ep{n}.mp3?token=A"));
        publisher.put(&format!("/ep{n}.mp3?token=B"), "audio/mpeg", sound.clone());
    }
    platform.client.look(&playlist_id, true).await;
    let counts = platform.client.playlist(&playlist_id).await["refreshCounts"].clone();
    assert_eq!((&counts["added"], &counts["described"]), (&json!(0), &json!(2)), "{counts}");
    keep_all(&platform, &playlist_id).await;
    assert_eq!(platform.library_files().len(), 2);
    platform.stop().await;
}

// Field 02, blackbox 11: two shows that both count 1, 2, 3, and one that calls all of its episodes the same.
#[tokio::test(flavor = "multi_thread")]
async fn equal_ids_of_different_media_are_different_items() {
    let (platform, publisher, sound) = with_publisher().await;
    for show in ["one", "two", "same"] {
        let episode = |n: u32| {
            let address = format!("/{show}/{n}.mp3");
            // Each of them is another file.
            let mut bytes = sound.clone();
            bytes.extend_from_within(..);
            bytes.truncate(sound.len() + 417 * 4 * n as usize);
            publisher.put(&address, "audio/mpeg", bytes);
            let guid = if show == "same" { "episode".to_owned() } else { n.to_string() };
            item(&format!("{show} {n}"), &guid, &address)
        };
        publisher.put_feed(&format!("/{show}"), show, &(1..=3).map(episode).collect::<String>());
    }
    for (show, files) in [("one", 3), ("two", 6), ("same", 9)] {
        let playlist_id = platform.client.follow(&publisher.url(&format!("/{show}"))).await;
        keep_all(&platform, &playlist_id).await;
        assert_eq!(platform.library_files().len(), files, "{show}");
    }
    platform.stop().await;
}

// Field 07, 16: each of these was spelled anew, dropped without a word, or told to everybody.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_go_out_as_they_were_given_and_passwords_not_at_all() {
    let (platform, publisher, sound) = with_publisher().await;
    let given = ["/a.mp3?sig=a%20b+c==", "/b(1).mp3?n='it'&&p=a/b:c@d;e", "/c.mp3?raw", "/ä d.mp3"];
    let asked = ["/a.mp3?sig=a%20b+c==", "/b(1).mp3?n='it'&&p=a/b:c@d;e", "/c.mp3?raw", "/%C3%A4%20d.mp3"];
    for path in asked {
        publisher.put(path, "audio/mpeg", sound.clone());
    }
    let origin = publisher.origin();
    let protocol_relative = format!("//{origin}{}", given[2]);
    let secret = format!("http://user:s3cret@{origin}/a.mp3");
    let items = [
        item("Signed", "1", &publisher.url(given[0])),
        item("Odd", "2", &publisher.url(given[1])),
        item("Relative", "3", &protocol_relative),
        item("Letters", "4", given[3]),
        item("Secret", "5", &secret),
    ];
    publisher.put_feed("/feed?key=k%20+&b", "Show", &items.concat());
    let playlist_id = platform.client.follow(&publisher.url("/feed?key=k%20+&b")).await;
    assert_eq!(
        platform.client.entries(&playlist_id).await.len(),
        4,
        "the row with the password is told, not kept"
    );
    keep_all(&platform, &playlist_id).await;
    assert_eq!(platform.library_files().len(), 4);
    for path in asked {
        assert!(publisher.asked().contains(&format!("GET {path}")), "{path}: {:?}", publisher.asked());
    }
    let events = platform.client.events_after(0).await;
    assert!(!json!(events).to_string().contains("s3cret"));
    platform.stop().await;
}

// Blackbox 26: a new podcast has no episode yet.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_feed_can_be_followed_and_grows() {
    let (platform, publisher, _) = with_publisher().await;
    publisher.put_feed("/feed", "New show", "");
    let playlist_id = platform.client.follow(&publisher.url("/feed")).await;
    let playlist = platform.client.playlist(&playlist_id).await;
    assert_eq!((&playlist["title"], &playlist["refreshOutcome"]), (&json!("New show"), &json!("UNCHANGED")));
    publisher.put_feed("/feed", "New show", &item("First", "1", "/1.mp3"));
    platform.client.look(&playlist_id, false).await;
    assert_eq!(platform.client.entries(&playlist_id).await.len(), 1);
    platform.stop().await;
}

// Field 11: a radio address was taken for a file, and the disk was full.
#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_ends_where_the_room_does_and_leaves_nothing() {
    let Some(disk) = SmallDisk::mount(96 << 20) else { return };
    let data = disk.path().join("data");
    let platform = Platform::start_with(Box::new(move |configuration| {
        configuration.data = data;
        configuration.downloads.free_min_bytes = 48 << 20;
    }))
    .await;
    let (client, publisher) = (&platform.client, Publisher::start().await);
    let sound = platform.served("talks-1", Rendition::AudioMp3).await;
    publisher.put_endless("/live.mp3", "audio/mpeg", sound);
    publisher.put_feed("/feed", "Radio", &item("Live", "1", "/live.mp3"));
    let playlist_id = client.follow(&publisher.url("/feed")).await;
    let story = keep_all(&platform, &playlist_id).await;
    assert_eq!(story["givenUpCount"], json!(1), "{story}");
    let jobs = client.jobs(json!({ "state": "FAILED" })).await;
    assert_eq!(
        (&jobs[0]["failure"]["class"], &jobs[0]["attempts"]),
        (&json!("too_large"), &json!(1)),
        "{jobs:?}"
    );
    assert_eq!(platform.library_files().len(), 0);
    let staged = std::fs::read_dir(platform.staging_of(&jobs[0])).map_or(0, |entries| {
        entries
            .filter(|entry| {
                entry.as_ref().is_ok_and(|entry| entry.metadata().is_ok_and(|facts| facts.len() > 4096))
            })
            .count()
    });
    assert_eq!(staged, 0, "nothing of it takes the room of others");
    // Commands work as before.
    client.look(&playlist_id, true).await;
    platform.stop().await;
}

/// What may stand in an address as it is (RFC 3986), each as often as another, and escapes in both spellings.
fn any_address(random: &mut Random) -> String {
    const LEGAL: &[u8] = b"abcXYZ0189-._~!$&'()*+,;=:@/?";
    const ESCAPED: [&str; 6] = ["%20", "%2F", "%2f", "%C3%A4", "%26", "%25"];
    let mut address = "/e".to_owned();
    for _ in 0..=random.below(60) {
        match LEGAL.get(random.below(LEGAL.len() as u64 + 6) as usize) {
            Some(byte) => address.push(char::from(*byte)),
            None => address.push_str(ESCAPED[random.below(6) as usize]),
        }
    }
    address
}

// Issue 6, must hold 5: over the whole way, from the bytes of a feed to those that its site is asked with.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_address_is_it_goes_out_as_it_was_given() {
    const ADDRESSES: u64 = 40;
    let mut random = Random::printed();
    let (platform, publisher, sound) = with_publisher().await;
    let given: BTreeSet<_> = (0..ADDRESSES).map(|_| any_address(&mut random)).collect();
    let mut items = String::new();
    for (number, address) in given.iter().enumerate() {
        publisher.put(address, "audio/mpeg", sound.clone());
        items += &item(&format!("Episode {number}"), &number.to_string(), &publisher.url(address));
    }
    publisher.put_feed("/feed", "Show", &items);
    let playlist_id = platform.client.follow(&publisher.url("/feed")).await;
    keep_all(&platform, &playlist_id).await;
    let asked: BTreeSet<_> = publisher.asked().into_iter().collect();
    for address in &given {
        assert!(asked.contains(&format!("GET {address}")), "{address} was not asked for: {asked:?}");
    }
    assert_eq!(platform.library_files().len(), given.len());
    platform.stop().await;
}

/// Whatever XML can say, and much that it can't: letters of any script, what turns lines around, halves of pairs,
/// controls, markup, entities that nobody declared; now and then without end.
fn any_text(random: &mut Random) -> String {
    const ODD: [&str; 14] = [
        "\u{202e}",
        "\u{1b}[2J",
        "\u{7}",
        "\u{fffd}",
        "\u{1f600}",
        "&#xD83D;",
        "&#0;",
        "&nbsp;",
        "&lt;b&gt;",
        "]]>",
        "&bogus;",
        "\u{feff}",
        "&#x9B;",
        "\n\r\t",
    ];
    let mut text = String::new();
    let pieces = if random.below(10) == 0 { 40_000 } else { random.below(30) };
    for _ in 0..pieces {
        match random.below(4) {
            0 => text.push_str(ODD[random.below(14) as usize]),
            1 => text
                .extend(char::from_u32(random.below(0x3000) as u32).filter(|letter| !"<&".contains(*letter))),
            _ => text.push(char::from(b'a' + random.below(26) as u8)),
        }
    }
    text
}

// Issue 6, must hold 5: nothing that a feed can hold makes an event that can't be written or read.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_feed_holds_is_recorded_and_told() {
    const ROWS: u64 = 60;
    let mut random = Random::printed();
    let (platform, publisher, _) = with_publisher().await;
    let items: Vec<_> = (0..ROWS)
        .map(|number| {
            let (title, guid) = (any_text(&mut random), any_text(&mut random));
            // An address of such text can mostly not be used, and the row is told instead.
            let odd = if number % 3 == 0 { any_text(&mut random).replace('"', "") } else { String::new() };
            let address = format!("/{number}{odd}");
            format!(
                "<item><title>{title}</title><guid>{number}{guid}</guid>\
                 <enclosure url=\"{address}\" type=\"audio/mpeg\"/></item>"
            )
        })
        .collect();
    publisher.put_feed("/feed", &any_text(&mut random), &items.concat());
    let playlist_id = platform.client.follow(&publisher.url("/feed")).await;
    let playlist = platform.client.playlist(&playlist_id).await;
    let unreadable = playlist["refreshUnreadable"].as_u64().unwrap();
    let listed = platform.client.entries(&playlist_id).await.len() as u64;
    // A row is there or it is told of; what is too long for an address can't be there.
    assert_eq!(listed + unreadable, ROWS, "{playlist}");
    assert!(listed > ROWS / 2, "{playlist}");
    let events = platform.client.events_after(0).await;
    assert_eq!(events_of(&events, "playlist.entry_added").len() as u64, listed);
    let data = platform.data().to_owned();
    let folder = platform.stop().await;
    assert_eq!(
        mediary_log::verify(&data, None).unwrap().last_position,
        events.last().unwrap()["position"].as_u64().unwrap()
    );
    drop(folder);
}
