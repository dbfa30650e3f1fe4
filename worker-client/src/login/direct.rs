//! The decisions on the requests that JavaScript sends itself: most of a program's need no more (`platform/requests.js`).

use worker::{js_sys::Function, wasm_bindgen::JsValue};

use super::{
    Login,
    fetch::bearer,
    resource_request::{LOOKED_AT, NOT_PASSED, ResourceRequest, SET_COOKIE},
};
use crate::{
    account::AccessToken,
    platform::{pass, rpc},
};

impl Login {
    /// The question for the token of a request, after the name of the object that it is for; `None` where
    /// [`Self::send_as_user`] asks in another way, or says why it does not.
    pub(crate) fn question_for(&self, url: &str, method: &str) -> Option<String> {
        let ResourceRequest { url, .. } = ResourceRequest::new(url, method, &self.config.egress).ok()?;
        #[cfg(feature = "panic-on-purpose")]
        crate::platform::panic::on_purpose(&url);
        let (account, envelope) = self.envelope(self.session()?, self.token_request(&url, None)).ok()?;
        rpc::question_to_method(&account, &envelope)
    }
}

/// The `Authorization` value in an answer of the user's object; `None` if it is a failure.
pub(crate) fn authorization_in(answer: &str) -> Option<String> {
    rpc::read_response(answer).ok().map(|AccessToken { token, .. }| bearer(&token))
}

/// The function that sends most requests of a program in JavaScript, made of the functions that decide.
pub(crate) fn sender(calls: &JsValue) -> Function {
    rpc::Object::Account.bound(|binding| {
        NOT_PASSED
            .with(|names| SET_COOKIE.with(|cookie| pass::sender(calls, binding, names, &LOOKED_AT, cookie)))
    })
}
