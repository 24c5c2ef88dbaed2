"""The rules of the feed checker by name, and how bad it is to break each.

Named after the messages of the W3C feed validator (the repository w3c/feedvalidator, read in its state of
December 2025); `OURS` is what that validator is silent about. The judgements are our own, mostly harder.
A problem is one string, "Rule: what was seen", so that a failed test reads like a report.
"""

ERRORS = frozenset({
    # the document
    "SAXError", "UnicodeError", "UnknownEncoding", "BadXmlVersion", "InvalidDoctype", "UndefinedNamedEntity",
    "NotInANamespace", "MediaRssNamespace",
    # its structure
    "UndefinedElement", "UnexpectedAttribute", "UnexpectedText", "UnexpectedWhitespace", "DuplicateElement",
    "MissingElement", "MissingAttribute", "MissingHref", "MissingTitle", "MissingLink", "MissingDescription",
    "ItemMustContainTitleOrDescription", "MisplacedMetadata", "InvalidRSSVersion", "InvalidNamespace",
    "MissingContentOrAlternate", "DuplicateAtomLink", "DuplicateValue", "DuplicateIds",
    # values
    "InvalidRFC3339Date", "InvalidRFC2822Date", "IncorrectDOW", "InvalidLanguage", "InvalidMIMEType",
    "InvalidMIMEAttribute", "InvalidTextType", "InvalidTAG", "InvalidURN", "InvalidFullLink",
    "InvalidUriChar", "UriNotIri", "InvalidURLAttribute", "InvalidHttpGUID", "InvalidPermalink",
    "InvalidBooleanAttribute", "InvalidContact", "InvalidNonNegativeInteger", "InvalidPositiveInteger",
    "UseZeroForUnknown", "InvalidHour", "NotEnoughHoursInTheDay", "InvalidDay", "EightDaysAWeek",
    "InvalidUpdatePeriod", "InvalidWidth", "InvalidHeight", "InvalidMediaMedium", "InvalidCreditRole",
    "InvalidMediaTextType", "InvalidTrueFalse", "MediaGroupWithoutAlternatives",
    # history (RFC 5005)
    "FeedRelInCompleteFeed", "CurrentNotSelfInCompleteFeed", "LinkPastEnd",
    # OPML
    "InvalidOPMLVersion",
})  # fmt: skip

WARNINGS = frozenset({
    "UnknownNamespace", "UnsupportedNamespace", "ReservedPrefix", "AvoidNamespacePrefix",
    "UseOfExtensionAttr", "ObscureEncoding", "BadCharacters", "NotBlank", "AttrNotBlank",
    "MissingSelf", "MissingAtomSelfLink", "RelativeSelf", "SelfDoesntMatchLocation", "SelfNotAtom",
    "UnregisteredAtomLinkRel", "AtomLinkNotEmpty", "FeedHistoryRelInEntry", "MissingSourceElement",
    "DuplicateEntries", "DuplicateUpdated", "DuplicateEnclosure", "NonCanonicalURI",
    "SchemeNotIANARegistered", "ImplausibleDate", "ProblematicalRFC822Date", "MissingTextualContent",
    "MissingGuid", "NotSufficientlyUnique", "DuplicateItemSemantics", "DuplicateSemantics",
    "DuplicateDescriptionSemantics", "NeedDescriptionBeforeContent", "MisplacedItem", "MissingRealName",
    "ContainsHTML", "CharacterData", "ContainsEmail", "ContainsRelRef", "NotHtml", "SecurityRisk",
    "SecurityRiskAttr", "DangerousStyleAttr", "ImageLinkDoesntMatch", "ImageTitleDoesntMatch",
    "MissingCurrentInArchive", "ArchiveIncomplete",
    "MissingXmlURL", "MissingTitleAttr", "MissingUrlAttr", "MissingOutlineType", "InvalidOutlineVersion",
    "UnexpectedContentType", "EncodingMismatch", "NonSpecificMediaType",
})  # fmt: skip

# What a validator cannot see, or sees in Atom only. JSON Feed has no validator of the W3C's at all.
OURS = frozenset({
    "NotNFC", "NotPlain", "NotTagURI", "NotAbsolute", "NoLanguage", "NoScheme", "EmptyCategory",
    "DuplicateCategory", "DuplicateLink", "NoAlternate", "LinkIsNotThePage", "SelfIsNotTheAddress",
    "HubIsMissing", "AuthorIsMissing", "PublishedAfterUpdated", "FeedDateIsNotTheNewest", "BadTombstone",
    "ChainIsBroken", "OrderIsNotSince", "EntryDiffers", "ChannelsDisagree",
    "NotJson", "JsonMissing", "JsonType", "JsonUnknown", "JsonDeprecated", "JsonDuplicate", "JsonVersion",
})  # fmt: skip

RULES = ERRORS | WARNINGS | OURS


def broken(rule: str, what: object = "") -> list[str]:
    """Return one problem. Raises KeyError for a rule that the tables above do not name."""
    if rule not in RULES:
        raise KeyError(rule)
    return [f"{rule}: {str(what)[:160]}"]


def rule_of(problem: str) -> str:
    """Return the rule that a problem is about."""
    return problem.partition(":")[0]
