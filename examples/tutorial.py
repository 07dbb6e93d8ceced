"""From 60,000 pictures to a network that reads your own digit: the whole story, to be read from top to bottom.

Run it with `python examples/tutorial.py`, and with `python examples/tutorial.py my_digit.png` for a picture of yours.
"""

import sys
from pathlib import Path

import torch
from torch import nn

from inkread.data import load
from inkread.imaging import load_image, normalize

torch.manual_seed(0)  # the same numbers on every run
WEIGHTS = Path("mnist_tutorial.pth")

# 1. The data. A picture is 28 by 28 numbers from 0 (paper) to 255 (ink); a label says which digit a person meant.
train, test = load("mnist", "train"), load("mnist", "test")
images = torch.tensor(train.images) / 255  # 60,000 x 1 x 28 x 28, now from 0 to 1
labels = torch.tensor(train.labels)
test_images, test_labels = torch.tensor(test.images) / 255, torch.tensor(test.labels)
print(f"{len(images):,} pictures to learn from, {len(test_images):,} to be tested with")


# 2. The network. Small filters slide over the picture, pooling keeps the strongest answer of each neighbourhood, and
#    two layers of neurons weigh the evidence. Out come ten scores, one a digit. They are no probabilities. Softmax
#    would make some of them, but the loss below does that itself; doing it twice is a bug that many tutorials share.
network = nn.Sequential(
    nn.Conv2d(1, 10, kernel_size=5),  # 28 x 28 -> 24 x 24, ten filters
    nn.MaxPool2d(2),  # -> 12 x 12
    nn.ReLU(),  # what is below zero becomes zero
    nn.Conv2d(10, 20, kernel_size=5),  # -> 8 x 8, twenty filters
    nn.Dropout2d(0.25),  # a quarter of the filters are switched off at random, so that none relies on one other
    nn.MaxPool2d(2),  # -> 4 x 4
    nn.ReLU(),
    nn.Flatten(),  # -> 320 numbers
    nn.Linear(320, 50),
    nn.ReLU(),
    nn.Dropout(0.25),
    nn.Linear(50, 10),  # ten scores
)


def accuracy() -> float:
    """Share of the test pictures whose highest score is the right digit."""
    network.eval()  # no dropout now
    with torch.no_grad():  # we only look, we do not learn
        return (network(test_images).argmax(dim=1) == test_labels).float().mean().item()


print(f"before any training: {accuracy():.1%} right, no better than guessing")

# 3. The training. The loss is one number that says how wrong the scores are. Backpropagation finds, for each weight, in
#    which direction the loss grows; the optimiser takes a small step the other way. How small is the learning rate. A
#    batch is what we look at for one step, and an epoch is once through all pictures, in a new order each time.
loss_of = nn.CrossEntropyLoss()
optimiser = torch.optim.Adam(network.parameters(), lr=0.002)
for epoch in range(1, 4):
    network.train()
    total = 0.0
    for batch in torch.randperm(len(images)).split(100):
        loss = loss_of(network(images[batch]), labels[batch])
        optimiser.zero_grad()  # forget the last step's gradients
        loss.backward()  # backpropagation
        optimiser.step()  # gradient descent
        total += loss.item() * len(batch)
    print(f"epoch {epoch}: average loss {total / len(images):.4f}")
print(f"after training: {accuracy():.2%} of pictures that it never saw are read right")

# 4. Saving and loading. A state dict is the weights alone; the same network must be there to take them back.
torch.save(network.state_dict(), WEIGHTS)
network.load_state_dict(torch.load(WEIGHTS, weights_only=True))
print(f"saved to {WEIGHTS} and loaded again: {accuracy():.2%}")

# 5. Your own picture. It is hardly ever white on black, centred and 28 by 28; `normalize` makes it so. Leave this step
#    out, and the 99 % that you have just seen are gone: that is what most tutorials do not tell you.
path = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "digits" / "3-phone-photo.jpg"
picture = normalize(load_image(path)).image
with torch.no_grad():
    probabilities = network(torch.tensor(picture)[None, None] / 255).softmax(dim=1)[0]
digit = int(probabilities.argmax())
print(f"{path} reads as {digit}, {probabilities[digit]:.1%} sure")
print(f"what you trained reads on the command line too: inkread read {path} --model {WEIGHTS}")
