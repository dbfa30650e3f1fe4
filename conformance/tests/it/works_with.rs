//! The logins of widely used clients at a server, and the reasons that stop them.

use conformance::{
    Answer as Can, Checker, Options, Preset, Report,
    lab::{Answer, Edit, Fault, Lab, Methods, RequestKind, faults},
};
use serde_json::json;

use crate::{
    lab::{HOST, lab, public},
    loopback::{run, text},
};

async fn check(names: &[&str], lab: &Lab) -> Report {
    let mut options = Options::new();
    options.clients = names.iter().map(|name| Preset::named(name).unwrap()).collect();
    Checker::new(options).unwrap().check_over(lab, HOST).await.unwrap()
}

#[tokio::test]
async fn every_client_works_with_a_server_without_a_fault() {
    for methods in [Methods::Public, Methods::Both] {
        let lab = lab(methods, None);
        let presets = Preset::all();
        let names: Vec<&str> = presets.iter().map(|preset| &*preset.name).collect();
        let report = check(&names, &lab).await;
        for (tried, preset) in report.works_with.iter().zip(&presets) {
            assert_eq!(
                (tried.registers, tried.logs_in, &tried.stopped_by),
                (Can::Yes, Can::Yes, &None),
                "{report}"
            );
            assert_eq!(tried.client, preset.name);
        }
        assert_eq!((report.works_with.len(), report.exit_code()), (7, 0), "{report}");
        assert_eq!((lab.clients().len(), report.left_behind.len()), (0, 0), "it cleans up");
        assert!(
            report
                .to_string()
                .contains("  as claude    Claude (custom connectors) can register, can log in\n")
        );
    }
}

#[tokio::test]
async fn what_stops_a_client_is_told() {
    let refuses: Edit = |answer, _, _| {
        *answer = Answer::error(400, "invalid_redirect_uri");
        answer.set("error_description", json!("one redirect URI only"));
    };
    let report = check(&["cursor", "claude"], &public(Some((RequestKind::Mixed, refuses)))).await;
    let [cursor, claude] = &report.works_with[..] else { panic!("{report}") };
    assert_eq!((cursor.registers, cursor.logs_in), (Can::No, Can::NotTested), "{report}");
    let why = cursor.stopped_by.as_deref().unwrap();
    assert!(why.contains("policy") && why.contains("“one redirect URI only”"), "{why}");
    assert_eq!((claude.logs_in, report.exit_code()), (Can::Yes, 3), "the control: {report}");

    let denies: Edit = |answer, _, _| {
        answer.callback(|name, value| match name {
            "code" => None,
            _ => Some(value.to_owned()),
        });
        let location = answer.headers.get("location").cloned().unwrap_or_default();
        answer.header("location", &format!("{location}&error=access_denied"));
    };
    let asks: Edit = |answer, _, _| {
        *answer = Answer::nothing(200);
        answer.text = Some("<form></form>".to_owned());
    };
    let keeps: Edit = |answer, _, _| *answer = Answer::error(400, "invalid_grant");
    for (kind, edit, logs_in, code, expected) in [
        (RequestKind::Authorize, denies, Can::No, 1, "access_denied"),
        (RequestKind::Authorize, asks, Can::NotTested, 3, "asks a person"),
        (RequestKind::Code, keeps, Can::No, 1, "the code is not redeemed"),
    ] {
        let report = check(&["worker"], &public(Some((kind, edit)))).await;
        let tried = &report.works_with[0];
        assert_eq!(
            (tried.registers, tried.logs_in, report.exit_code()),
            (Can::Yes, logs_in, code),
            "{report}"
        );
        assert!(tried.stopped_by.as_deref().unwrap().contains(expected), "{report}");
    }
    let other: Edit = |answer, _, _| answer.set("redirect_uris", json!(["https://other.example/callback"]));
    let report = check(&["worker"], &public(Some((RequestKind::Register, other)))).await;
    assert_eq!(report.works_with[0].registers, Can::No, "{report}");
    assert!(report.to_string().contains("RFC 7591 §3.2.1"), "{report}");
}

/// A client that asks once more for less logs in where the others are refused.
#[tokio::test]
async fn a_client_that_asks_for_less_logs_in() {
    for (fault, claude) in [
        ("rfc8707/2/resource-accepted", Can::No),
        ("rfc6749/3.3/scope-accepted", Can::No),
        ("rfc7591/2/method-accepted", Can::NotTested),
        ("rfc7591/2/metadata-accepted", Can::Yes),
    ] {
        let Fault { kind, edit, methods, .. } = *faults().find(|known| known.id == fault).unwrap();
        let report = check(&["worker", "claude"], &lab(methods, Some((kind, edit)))).await;
        let logged_in: Vec<Can> = report.works_with.iter().map(|tried| tried.logs_in).collect();
        assert_eq!(logged_in, [Can::Yes, claude], "{fault}: {report}");
    }
}

/// A registration says that it is a test, and asks for what the client asks for.
#[tokio::test]
async fn a_test_says_that_it_is_one() {
    let lab =
        lab(Methods::Public, Some((RequestKind::Delete, |answer, _, _| *answer = Answer::nothing(403))));
    let report = check(&["vscode"], &lab).await;
    assert_eq!(report.left_behind.len(), 1, "{report}");
    assert!(report.left_behind[0].why.contains("the test as Visual Studio Code"), "{report}");
    let listed = run(&["clients"]);
    assert!(text(&listed).contains("source     https://github.com/microsoft/vscode/"), "{}", text(&listed));
    let unknown = run(&["check", "as.example", "--as", "nobody"]);
    assert!(
        unknown.status.code() == Some(2) && text(&unknown).contains("no such client"),
        "{}",
        text(&unknown)
    );
}
