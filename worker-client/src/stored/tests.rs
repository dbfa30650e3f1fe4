use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::*;
use login_flow::{Client, Server, TokenKind};

/// Rows as the first version wrote them.
const SERVER: &str = include_str!("rows/server.v1.json");
const CLIENT: &str = include_str!("rows/client.v1.json");
const GRANT: &str = include_str!("rows/grant.v1.json");
const LOGIN: &str = include_str!("rows/login.v1.json");
const TASKS: &str = include_str!("rows/tasks.v1.json");

/// The form that is written today of a row of the first version: the same, and its version.
fn rewritten<S, T>(row: &str) -> Value
where
    S: DeserializeOwned + From<T> + Serialize,
    T: From<S>,
{
    let stored: S = serde_json::from_str(row).unwrap();
    serde_json::to_value(S::from(T::from(stored))).unwrap()
}

/// Without any `version`.
fn bare(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.remove("version");
            members.values_mut().for_each(|member| *member = bare(member.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = bare(item.take())),
        _ => {}
    }
    value
}

#[test]
fn a_row_of_the_first_version_is_read() {
    let server: Server = serde_json::from_str::<StoredServer>(SERVER).unwrap().into();
    assert_eq!(server.token_endpoint.as_str(), "https://as.example/token");
    let client: Client = serde_json::from_str::<StoredClient>(CLIENT).unwrap().into();
    assert_eq!(client.auth.secret().unwrap().secret(), "client-secret");
    assert!(client.managed_by(&server).is_some());
    let grant: Grant = serde_json::from_str::<StoredGrant>(GRANT).unwrap().into();
    assert_eq!((grant.server, grant.client), (server, client));
    assert_eq!(grant.tokens.refresh_token.unwrap().secret(), "refresh-token");
    let login: LoginUnderWay = serde_json::from_str::<StoredLogin>(LOGIN).unwrap().into();
    assert_eq!(login.pending.state_digest(), "digest-of-the-state");
    assert_eq!(login.target.resource(), "https://good.example/mcp");
    let tasks: Vec<StoredTask> = serde_json::from_str(TASKS).unwrap();
    let [hold, release, revoke, tell] = <[_; 4]>::try_from(tasks).unwrap().map(OutboxTask::from);
    assert!(matches!(hold, OutboxTask::Hold(_)) && matches!(release, OutboxTask::Release(_)));
    assert!(matches!(revoke, OutboxTask::Revoke(revocation) if revocation.kind == TokenKind::Refresh));
    assert!(matches!(tell, OutboxTask::Tell(_)));
}

#[test]
fn the_second_version_is_the_first_with_its_number() {
    let expected = |row: &str| serde_json::from_str::<Value>(row).unwrap();
    for (row, written) in [
        (SERVER, rewritten::<StoredServer, Server>(SERVER)),
        (CLIENT, rewritten::<StoredClient, Client>(CLIENT)),
        (GRANT, rewritten::<StoredGrant, Grant>(GRANT)),
        (LOGIN, rewritten::<StoredLogin, LoginUnderWay>(LOGIN)),
    ] {
        assert_eq!(written["version"], 2);
        assert_eq!(bare(written), expected(row), "an older package reads it too");
    }
    for task in expected(TASKS).as_array().unwrap() {
        let written = rewritten::<StoredTask, OutboxTask>(&task.to_string());
        for (kind, written) in written.as_object().unwrap() {
            // An event has the form that host programs read.
            assert_eq!(written["version"] == 2, kind != "Tell", "{kind}");
        }
        let renamed = task.to_string().replace("NotSaid", "Unspecified");
        assert_eq!(bare(written), expected(&renamed));
    }
}

#[test]
fn the_part_in_use_of_a_grant_is_that_of_the_whole() {
    for (is_renewable, step_ups) in [(true, 0), (false, 2)] {
        let mut whole: Grant = serde_json::from_str::<StoredGrant>(GRANT).unwrap().into();
        whole.tokens.refresh_token.take_if(|_| !is_renewable);
        whole.step_ups = step_ups;
        let part = serde_json::to_value(StoredGrantInUse::from(GrantInUse::from(&whole))).unwrap();
        assert_eq!(
            part,
            json!({"version": 2, "access_token": "access-token", "expires_in": {"secs": 3600, "nanos": 0},
                "scope": "read", "is_renewable": is_renewable, "step_ups": step_ups})
        );
        let read: GrantInUse = serde_json::from_value::<StoredGrantInUse>(part.clone()).unwrap().into();
        assert_eq!(serde_json::to_value(StoredGrantInUse::from(read)).unwrap(), part);
    }
}

#[test]
fn a_row_of_the_second_version_is_read_and_one_of_the_third_is_not() {
    let whole: Value = serde_json::from_str(GRANT).unwrap();
    let part = json!({"access_token": "access-token", "is_renewable": true, "step_ups": 0});
    let of_version = |row: &Value, version: u16| {
        let mut row = row.clone();
        row["version"] = version.into();
        row
    };
    let row = |version: u16| {
        (
            serde_json::from_value::<StoredGrant>(of_version(&whole, version)).is_ok(),
            serde_json::from_value::<StoredGrantInUse>(of_version(&part, version)).is_ok(),
        )
    };
    assert_eq!([1, 2, 3].map(row), [(true, true), (true, true), (false, false)]);
}
