//! The server is killed while files get other names.

use std::{
    collections::BTreeMap,
    fs, future,
    path::{Path, PathBuf},
};

use mediary::demo::ListOptions;
use mediary_tests::{Client, DEADLINE, Random, ServerFolder, events_of, files_below, until};
use serde_json::{Value, json};

use super::{seed, site, stop};

/// How many files are renamed, each with one beside it.
const FILES: usize = 14;
/// How often they get other names and their old ones again, killed both times.
const ROUNDS: usize = 3;

/// What lies in the library, by its path.
type Shelf = BTreeMap<String, Vec<u8>>;

fn shelf(library: &Path) -> Shelf {
    let own = library.join(".mediary");
    let name = |path: &PathBuf| path.strip_prefix(library).unwrap().to_str().unwrap().to_owned();
    let files = files_below(library).into_iter().filter(|path| !path.starts_with(&own));
    files.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

async fn set(client: &Client, layout: Value) {
    const DOCUMENT: &str =
        "mutation($input: LayoutSetInput!) { layoutSet(input: $input) { userErrors { code message } } }";
    let told = client.ask(DOCUMENT, json!({ "input": { "layout": layout } })).await;
    assert_eq!(told["layoutSet"]["userErrors"], json!([]));
}

/// Plans to rename the files of a list.
async fn make(client: &Client, list: &str) -> String {
    const DOCUMENT: &str = "mutation($input: PlanMakeInput!) { planMake(input: $input) {
        plan { id } userErrors { code message } } }";
    let told = client.ask(DOCUMENT, json!({ "input": { "goal": { "renameList": list } } })).await;
    assert_eq!(told["planMake"]["userErrors"], json!([]));
    told["planMake"]["plan"]["id"].as_str().unwrap().to_owned()
}

/// Which name each file has and which it gets, in the order in which they do.
async fn renames(client: &Client, plan: &str) -> Vec<(String, String)> {
    const DOCUMENT: &str =
        "query($id: ID!) { plan(id: $id) { files(first: 100) { nodes { path newPath } } } }";
    let told = client.ask(DOCUMENT, json!({ "id": plan })).await;
    let nodes = told["plan"]["files"]["nodes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes.map(|node| (text(&node["path"]), text(&node["newPath"]))).collect()
}

/// The same with what lies beside each.
fn with_company(renames: &[(String, String)]) -> BTreeMap<String, String> {
    let beside = |path: &str| format!("{}.nfo", path.rsplit_once('.').unwrap().0);
    let company = renames.iter().map(|(old, new)| (beside(old), beside(new)));
    renames.iter().cloned().chain(company).collect()
}

/// Asks for a plan to be applied or taken back, and waits until a file has its name: without a pause, since it gets that in less than
/// one. Whether it is answered by then is nobody's concern.
async fn ask_until_there(client: &Client, (verb, input): (&str, &str), plan: &str, place: &Path) {
    let document =
        format!("mutation($input: {input}!) {{ {verb}(input: $input) {{ userErrors {{ code message }} }} }}");
    let asked = async {
        let told = client.ask(&document, json!({ "input": { "id": plan } })).await;
        assert_eq!(told[verb]["userErrors"], json!([]));
        future::pending::<()>().await;
    };
    let there = async {
        while !place.exists() {
            tokio::task::yield_now().await;
        }
    };
    let either = async {
        tokio::select! {
            () = there => {}
            () = asked => {}
        }
    };
    tokio::time::timeout(DEADLINE, either).await.expect("files get their names");
}

async fn until_is(client: &Client, plan: &str, state: &str) -> Value {
    const DOCUMENT: &str = "query($id: ID!) { plan(id: $id) { state leftCount failure { message } } }";
    until(&format!("the plan is {state}"), || async {
        let told = client.ask(DOCUMENT, json!({ "id": plan })).await["plan"].take();
        (told["state"] == json!(state)).then_some(told)
    })
    .await
}

// DL-03, PL-14: between any two steps each file, and each that lies beside one, has one of its two names and its bytes.
// invariant: F-24
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_of_renamings_leaves_each_file_one_of_its_two_names() {
    let seed = seed();
    println!("seed {seed}; TEST_SEED chooses another");
    let mut random = Random::of(seed);
    let (site, folder) = (site().await, ServerFolder::new());
    site.add_list("reels", ListOptions::new("Reels", FILES as u32)).unwrap();
    let (mut server, mut client) = folder.serve().await;
    let list = client.follow(&site.list_url("reels")).await;
    set(&client, json!({ "sidecars": ["NFO"] })).await;
    let story = client.download(&list, "best").await;
    assert_eq!(story["succeededCount"], json!(FILES), "{story}");
    let library = folder.configuration().library_folder();
    let before = shelf(&library);
    assert_eq!(before.len(), 2 * FILES, "each has one beside it: {:?}", before.keys());
    // Each gets a folder of its own, which takes a moment to be made durable.
    set(&client, json!({ "template": "{list}/{id}/{title}", "sidecars": ["NFO"] })).await;

    let mut in_the_middle = 0;
    for round in 1..=ROUNDS {
        let plan = make(&client, &list).await;
        let renames = renames(&client, &plan).await;
        let names = with_company(&renames);
        assert!(names.keys().eq(before.keys()), "{names:?}");
        let after: Shelf = names.iter().map(|(old, new)| (new.clone(), before[old].clone())).collect();
        for (verb, state) in
            [(("planApply", "PlanApplyInput"), "APPLIED"), (("planUndo", "PlanUndoInput"), "UNDONE")]
        {
            let (old, new) = &renames[random.below(FILES as u64 / 2) as usize];
            let (first, wanted) = if state == "APPLIED" { (new, &after) } else { (old, &before) };
            ask_until_there(&client, verb, &plan, &library.join(first)).await;
            server.kill().await;

            let now = shelf(&library);
            for (old, new) in &names {
                let found: Vec<_> = [old, new].into_iter().filter_map(|name| now.get(name)).collect();
                assert!(
                    found == [&before[old]],
                    "round {round}, {state}: '{old}', '{new}': {:?}",
                    now.keys()
                );
            }
            assert_eq!(now.len(), before.len(), "round {round}, {state}: {:?}", now.keys());
            in_the_middle += usize::from(now != before && now != after);

            (server, client) = folder.serve().await;
            let told = until_is(&client, &plan, state).await;
            assert_eq!(told["leftCount"], json!(0), "round {round}: {told}");
            let now = shelf(&library);
            assert!(now == *wanted, "round {round}, {state}: {:?}, and not {:?}", now.keys(), wanted.keys());
        }
    }
    println!("{in_the_middle} of {} kills were in the middle", 2 * ROUNDS);
    assert!(in_the_middle > 0, "the kills must hit renamings");
    let events = client.events_after(0).await;
    assert!(!events_of(&events, "job.attempt_lost").is_empty());
    for kind in ["file.lost", "file.changed", "file.replaced", "plan.stopped"] {
        assert!(events_of(&events, kind).is_empty(), "{:?}", events_of(&events, kind));
    }
    stop(server).await;
    site.stop().await;
}
