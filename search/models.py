"""What search keeps in the ledger's own database."""

from django.db import models


class SearchDocument(models.Model):
    """One searchable row: its content and the token streams made of it.

    The full-text index beside it (migration 0002) follows this table by the database's own means,
    inside the transaction that writes the row. A migration that remakes the table on SQLite loses
    those triggers and must run search.backends.fulltext.create again.
    """

    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    version = models.BigIntegerField()
    # Of content and analysis: two equal digests are the same document analysed in the same way.
    digest = models.CharField(max_length=16)
    # The stored content as JSON (search.backends.base.pack).
    payload = models.TextField()
    # Tokens separated by spaces; empty on PostgreSQL, which keeps them in `vector`.
    name = models.TextField()
    text = models.TextField()
    sound = models.TextField()
    initials = models.TextField()
    facet = models.TextField()

    class Meta:
        db_table = "search_document"
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_document_object")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id}"


class SearchNumber(models.Model):
    """A whole number of a document, for "10亿以上". No row: the number is not known."""

    document = models.ForeignKey(SearchDocument, models.CASCADE, related_name="numbers")
    field = models.CharField(max_length=60)
    value = models.BigIntegerField()

    class Meta:
        db_table = "search_number"
        indexes = [models.Index(fields=["field", "value", "document"], name="search_number_value")]

    def __str__(self) -> str:
        return f"{self.field} = {self.value}"


class SearchOutbox(models.Model):
    """The newest version of an object, and whether another engine has still to hear of it.

    The row stays after it was sent and after the object is gone: it is the memory (tombstone) that
    keeps a late message from bringing an older state back.
    """

    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    # Microseconds of the touch, and always more than before.
    version = models.BigIntegerField()
    is_pending = models.BooleanField()

    class Meta:
        db_table = "search_outbox"
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_outbox_object")
        ]
        indexes = [
            models.Index(
                fields=["version"],
                condition=models.Q(is_pending=True),
                name="search_outbox_pending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id}@{self.version}"
