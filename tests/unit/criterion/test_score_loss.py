import torch

from mpvss.criterion import fused_score_loss
from mpvss.types import VOID


def test_the_loss_is_the_mean_over_labelled_pixels():
    torch.manual_seed(0)
    scores = torch.randn(2, 3, 4, 5)
    labels = torch.randint(0, 3, (2, 4, 5), dtype=torch.uint8)
    labels[0, :2] = VOID
    losses = [
        -scores[b, :, row, column].log_softmax(0)[labels[b, row, column].long()]
        for b, row, column in (labels != VOID).nonzero().tolist()
    ]
    torch.testing.assert_close(fused_score_loss(scores, labels), torch.stack(losses).mean())


def test_scores_are_upsampled_to_the_labels():
    torch.manual_seed(0)
    scores = torch.randn(1, 2, 4, 4)
    labels = torch.zeros(1, 8, 8, dtype=torch.uint8)
    upsampled = torch.nn.functional.interpolate(scores, size=(8, 8), mode="bilinear", align_corners=False)
    assert torch.equal(fused_score_loss(scores, labels), fused_score_loss(upsampled, labels))


def test_nothing_labelled_is_no_loss_with_gradients():
    scores = torch.randn(1, 3, 4, 5, requires_grad=True)
    loss = fused_score_loss(scores, torch.full((1, 8, 10), VOID, dtype=torch.uint8))
    loss.backward()
    assert loss == 0
    assert not scores.grad.any()
