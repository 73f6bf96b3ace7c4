-- Signatures of witnesses under checkpoints. They prove themselves; losing one loses no money.
CREATE TABLE cosignatures (
    tree_size BIGINT NOT NULL,
    witness_key TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (tree_size, witness_key)
);
