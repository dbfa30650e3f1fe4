use crate::{
    flow::{Egress, Named},
    pages::About,
};
pub(super) async fn about(_: &Named, _: &Egress) -> About {
    About::default()
}
